import type { Config } from '../config/model.ts';
import type { Dependencies } from '../stack/dependencies.ts';

/** `depends_on` as the functions of `stack/` read it, in file order. */
export function dependenciesOf(config: Config): Dependencies {
  return new Map(config.services.map(({ name, dependsOn }) => [name, dependsOn]));
}
