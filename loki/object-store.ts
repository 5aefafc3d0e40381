import type { Config, S3Config } from '../config/model.ts';
import { noted, type YamlValue } from '../stack/generated-yaml.ts';

/** Where chunks and index are kept, in Loki's words. */
export interface ObjectStore {
  /** What the schema and the compactor call it. */
  readonly name: 'filesystem' | 's3';
  readonly options: YamlValue;
}

export function objectStore({ s3 }: Config, data: string): ObjectStore {
  if (s3) return { name: 's3', options: { s3: bucket(s3) } };
  return { name: 'filesystem', options: { filesystem: { dir: `${data}/chunks` } } };
}

function bucket({ bucket: name, region, endpoint }: S3Config): YamlValue {
  return {
    bucket_name: name,
    region,
    endpoint: endpoint?.hostPort ?? `s3.${region}.amazonaws.com`,
    ...(endpoint?.isPlain && { insecure: true }),
    ...(endpoint && { bucket_lookup_type: noted('Not every store has a name for each bucket.', 'path') }),
    native_aws_auth_enabled: noted(
      'The key is no part of any configuration: it is in the file that AWS_SHARED_CREDENTIALS_FILE names.',
      true,
    ),
  };
}
