import type { Part } from '../stack/parts.ts';
import type { GeneratedFolder } from '../stack/surroundings.ts';

/** The named volume that holds a part's data. */
export function dataVolume(part: Part): string {
  return part;
}

/** A folder of generated files, as a read-only mount. The folder, not the file: an editor replaces files. */
export function generatedMount(folder: GeneratedFolder): string {
  return `./${folder}/generated:/etc/watchpost/${folder}:ro`;
}

/** Compose expands `$`; this text keeps it. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}
