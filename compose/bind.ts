import { flow, type YamlValue } from '../stack/generated-yaml.ts';

/** A path of the host, read-only. One that is not there is an error: made by the engine, it would be an empty folder of root's. */
export function readOnlyBind(source: string, target: string): YamlValue {
  return { type: 'bind', source, target, read_only: true, bind: flow({ create_host_path: false }) };
}
