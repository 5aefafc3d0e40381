import { GenericContainer, Network, type StartedNetwork, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../../../probes/net/failure.ts';
import { createResolver } from '../../../probes/net/resolve.ts';
import { imageOf, missing } from '../../support/found.ts';
import { checkout } from '../../support/images.ts';
import { type Server, startServer } from '../../support/servers.ts';

/** Our own resolver against Unbound, and against the name server that Docker gives to containers. */

const withoutServers = missing(['servers']);
const withoutNode = missing(['node']);

const settings = `
server:
  interface: 0.0.0.0
  access-control: 0.0.0.0/0 allow
  do-daemonize: no
  use-syslog: no
  chroot: ""
  username: ""
  pidfile: ""
  max-udp-size: 512
  local-zone: example.org. static
  local-data: "www.example.org. 300 A 192.0.2.1"
  local-data: "www.example.org. 300 AAAA 2001:db8::1"
  local-data: "text.example.org. 300 TXT nothing"
${Array.from({ length: 60 }, (_, i) => `  local-data: "many.example.org. 300 A 192.0.2.${100 + i}"`).join('\n')}
  local-data: "here.example.org. 300 CNAME there.example.org."
  local-data: "there.example.org. 300 CNAME here.example.org."
  local-zone: refused.test. refuse
  local-zone: "." static
  local-data: ". 300 NS ns.example.org."
`;

describe.skipIf(withoutServers)(`Unbound${withoutServers ? ` (${withoutServers})` : ''}`, () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({
      command: 'exec unbound -d -c /etc/unbound-test.conf',
      files: { '/etc/unbound-test.conf': settings },
      ports: [53],
      ready: 'ports',
    });
  });
  afterAll(async () => await server?.[Symbol.asyncDispose]());

  const cases = [
    { name: 'www.example.org', is: /^192\.0\.2\.1 2001:db8::1$/ },
    { name: 'text.example.org', is: /^ENOTFOUND$/ },
    { name: 'nowhere.example.org', is: /^ENOTFOUND$/ },
    { name: 'many.example.org', is: /^(?:192\.0\.2\.\d+ ?){60}$/ },
    { name: 'here.example.org', is: /^(?:ENOTFOUND|ESERVFAIL)$/ },
    { name: 'www.refused.test', is: /^ESERVFAIL$/ },
  ];
  test.each(cases)('$name: $is', async ({ name, is }) => {
    const resolve = createResolver({ hostsFile: '', resolvConf: '', servers: [`${server.address}:53`] });
    const found = await resolve(name, 'any', AbortSignal.timeout(5_000)).then(
      (addresses) => addresses.map(({ address }) => address).join(' '),
      codeOf,
    );
    expect(found).toMatch(is);
  });
});

const program = `
import { createResolver } from '/checkout/probes/net/resolve.ts';
const resolve = createResolver();
for (const [name, family] of JSON.parse(process.argv[2])) {
  const found = await resolve(name, family, AbortSignal.timeout(5000)).then((all) => all.map(({ address }) => address).join(' '), ({ code }) => code);
  console.log(name, family, found);
}
`;

describe.skipIf(withoutNode)(`Docker's own name server${withoutNode ? ` (${withoutNode})` : ''}`, () => {
  let network: StartedNetwork;
  let panel: StartedTestContainer;
  let client: StartedTestContainer;

  beforeAll(async () => {
    network = await new Network().start();
    const container = () =>
      new GenericContainer(imageOf('node'))
        .withEntrypoint(['sh', '-c', 'echo runs; exec sleep 600'])
        .withNetwork(network)
        .withWaitStrategy(Wait.forLogMessage('runs'));
    panel = await container().withNetworkAliases('panel').start();
    client = await container()
      .withBindMounts([{ source: checkout, target: '/checkout', mode: 'ro' }])
      .withExtraHosts([{ host: 'host.docker.internal', ipAddress: 'host-gateway' }])
      .withCopyContentToContainer([{ content: program, target: '/names.ts' }])
      .start();
  });
  afterAll(async () => {
    await client?.stop({ timeout: 1 });
    await panel?.stop({ timeout: 1 });
    await network?.stop();
  });

  async function resolved(...names: readonly (readonly [string, 4 | 6 | 'any'])[]): Promise<readonly string[]> {
    const { output } = await client.exec(['node', '/names.ts', JSON.stringify(names)]);
    return output.trim().split('\n');
  }

  test('knows containers by their names, and nobody else by them', async () => {
    const address = panel.getIpAddress(network.getName());
    expect(
      await resolved(['panel', 'any'], ['panel', 6], ['PANEL', 4], ['localhost', 4], ['nobody-here', 'any']),
    ).toEqual([
      `panel any ${address}`,
      'panel 6 ENOTFOUND',
      `PANEL 4 ${address}`,
      'localhost 4 127.0.0.1',
      expect.stringMatching(/^nobody-here any (?:ENOTFOUND|ESERVFAIL)$/),
    ]);
  });

  test('is not asked for what the hosts file of the container has', async () => {
    expect(await resolved(['host.docker.internal', 4])).toEqual([
      expect.stringMatching(/^host\.docker\.internal 4 \d+\.\d+\.\d+\.\d+$/),
    ]);
  });

  test('does not know a container that has stopped: the name is at fault, not the resolver', async () => {
    await panel.stop({ timeout: 1 });
    expect(await resolved(['panel', 'any'])).toEqual([expect.stringMatching(/^panel any (?:ENOTFOUND|ESERVFAIL)$/)]);
  });
});
