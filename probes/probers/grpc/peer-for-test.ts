import * as library from '@grpc/grpc-js';
import { fromJSON, type ServiceDefinition } from '@grpc/proto-loader';
import type { Authority, Identity } from '../../testing/certificates.ts';

export interface GrpcPeer extends AsyncDisposable {
  readonly port: number;
  /** Calls that arrived: the service asked about, and the metadata. */
  readonly calls: readonly { readonly service: string; readonly metadata: Readonly<Record<string, unknown>> }[];
}

export interface GrpcPeerOptions {
  /** By service; one that is not in it is not found. */
  readonly serving?: Readonly<Record<string, string>>;
  readonly tls?: Identity;
  /** Asks clients for a certificate of this authority. */
  readonly clients?: Authority;
  /** Has no health service. */
  readonly withoutHealth?: true;
  /** Fails with the code, and says this. */
  readonly failure?: { readonly code: number; readonly details: string };
  /** Milliseconds to wait before answering. */
  readonly delayMs?: number;
}

/** The health protocol by the library that most servers on Node are made with: it knows nothing of our own encoding. */
const definitions = fromJSON(
  {
    nested: {
      grpc: {
        nested: {
          health: {
            nested: {
              v1: {
                nested: {
                  Health: {
                    methods: {
                      Check: { requestType: 'HealthCheckRequest', responseType: 'HealthCheckResponse', comment: '' },
                    },
                  },
                  HealthCheckRequest: { fields: { service: { type: 'string', id: 1 } } },
                  HealthCheckResponse: {
                    fields: { status: { type: 'ServingStatus', id: 1 } },
                    nested: {
                      ServingStatus: { values: { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  { defaults: true, enums: String },
);

export async function startGrpcPeer(options: GrpcPeerOptions = {}): Promise<GrpcPeer> {
  const { serving = { '': 'SERVING' }, tls, clients } = options;
  const calls: { service: string; metadata: Record<string, unknown> }[] = [];
  const server = new library.Server();
  if (!options.withoutHealth) {
    server.addService(definitions['grpc.health.v1.Health'] as ServiceDefinition, {
      Check(
        call: library.ServerUnaryCall<{ service: string }, { status: string }>,
        done: library.sendUnaryData<{ status: string }>,
      ) {
        const { service } = call.request;
        calls.push({ service, metadata: call.metadata.getMap() });
        const status = serving[service];
        const answer = () => {
          if (options.failure) done(options.failure);
          else if (status === undefined) done({ code: library.status.NOT_FOUND, details: 'unknown service' });
          else done(null, { status });
        };
        if (options.delayMs === undefined) answer();
        else setTimeout(answer, options.delayMs).unref();
      },
    });
  }
  const credentials = tls
    ? library.ServerCredentials.createSsl(
        clients ? Buffer.from(clients.ca) : null,
        [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }],
        clients !== undefined,
      )
    : library.ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  return { port, calls, [Symbol.asyncDispose]: async () => server.forceShutdown() };
}
