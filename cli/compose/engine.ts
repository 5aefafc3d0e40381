import { checkout } from '../checkout.ts';
import { findProgram } from '../native/programs.ts';
import { type ProgramResult, runProgram } from '../run-program.ts';

/** Runs `docker compose …` on the checkout's compose.yaml. */
export async function compose(
  args: readonly string[],
  timeoutMs: number,
  onOutput?: (text: string) => void,
): Promise<ProgramResult> {
  const docker = findProgram(['docker']) ?? 'docker';
  return await runProgram(docker, ['compose', ...args], { timeoutMs, cwd: checkout, ...(onOutput && { onOutput }) });
}

/** The image that is built from this checkout; no registry has it. */
const ownImage = 'watchpost';
const askMs = 20_000;
const pullMs = 15 * 60_000;

/**
 * Why the stack cannot be started by Compose, in a few words; undefined when it can. Where images are missing and a
 * registry answers, they are pulled here, and the probe service's own image is built.
 */
export async function whyNotCompose(say: (line: string) => void): Promise<string | undefined> {
  const docker = findProgram(['docker']);
  if (!docker) return 'Docker is not installed';
  const ask = (args: readonly string[]) => runProgram(docker, args, { timeoutMs: askMs, cwd: checkout });
  if ((await ask(['version', '--format', '{{.Server.Version}}'])).code !== 0) return 'no Docker engine answers';
  if ((await ask(['compose', 'version'])).code !== 0) return 'Docker is there, but not `docker compose`';
  const listed = await ask(['compose', 'config', '--images']);
  if (listed.code !== 0) return `docker compose refuses compose.yaml: ${listed.output.split('\n').pop()}`;
  const images = listed.output.split('\n').filter(Boolean);
  const missing: string[] = [];
  for (const image of images) if ((await ask(['image', 'inspect', image])).code !== 0) missing.push(image);
  if (missing.length === 0) return undefined;
  const foreign = missing.filter((image) => !image.startsWith(`${ownImage}:`));
  // Asks the registry for a description, which fails at once where none can be reached; a pull would try for minutes.
  const [first] = foreign;
  if (first && (await ask(['manifest', 'inspect', first])).code !== 0) {
    return `the image ${first} is not here and cannot be pulled`;
  }
  return await getImages(missing, foreign, say);
}

async function getImages(
  missing: readonly string[],
  foreign: readonly string[],
  say: (line: string) => void,
): Promise<string | undefined> {
  if (foreign.length > 0) {
    say(`pulling ${foreign.length} images (at most 15 min)`);
    const { code, output } = await compose(['pull', '--quiet', '--ignore-buildable'], pullMs);
    if (code !== 0) return `the images cannot be pulled: ${output.split('\n').pop()}`;
  }
  if (missing.length > foreign.length) {
    say("building the probe service's image");
    const { code, output } = await compose(['build'], pullMs);
    if (code !== 0) return `the probe service's image cannot be built: ${output.split('\n').pop()}`;
  }
  return undefined;
}
