import type { YamlValue } from '../stack/generated-yaml.ts';
import { composeImage } from '../stack/parts.ts';

/** The user `node` of the base image. */
export const ownUser = '1000:1000';

/** The probe service's image, built from this checkout where it is not there. Its demo app and its tools are in it too. */
export const ownImage: Readonly<Record<string, YamlValue>> = {
  image: composeImage('watchpost'),
  build: { context: '.', args: { NODE_IMAGE: composeImage('node') } },
  user: ownUser,
};
