import { z } from 'zod';
import { type Part, partNames, parts } from '../../stack/parts.ts';
import { UserError } from '../user-error.ts';
import { compose } from './engine.ts';

const port = z.object({ target: z.number(), published: z.string().optional(), host_ip: z.string().optional() });
const schema = z.object({ services: z.record(z.string(), z.object({ ports: z.array(port).optional() })) });

/** Where a part's web pages are reached from this host. */
export interface Published {
  readonly part: Part;
  readonly host: string;
  readonly port: number;
}

/** What compose.yaml publishes together with the user's compose.override.yaml; a part that publishes nothing is left out. */
export async function publishedParts(): Promise<readonly Published[]> {
  const { code, output } = await compose(['config', '--format', 'json'], 20_000);
  if (code !== 0) throw new UserError(`docker compose refuses compose.yaml:\n${output}`);
  // Warnings about variables that are not set stand before it.
  const { services } = schema.parse(JSON.parse(output.slice(output.indexOf('{\n'))));
  return partNames.flatMap((part) => {
    const found = services[part]?.ports?.find(({ target, published }) => target === parts[part].port && published);
    if (!found) return [];
    const host = found.host_ip === undefined || found.host_ip === '0.0.0.0' ? '127.0.0.1' : found.host_ip;
    return [{ part, host, port: Number(found.published) }];
  });
}
