import { flow, merge, noted, type YamlValue } from '../stack/generated-yaml.ts';
import { ownImage } from './own-image.ts';

/** Writes the generated files where the host has no Node. Not started by `up`. */
export const generateTool: readonly [YamlValue, string] = [
  {
    [merge]: 'hardened',
    profiles: flow(['tools']),
    restart: 'no',
    image: ownImage.image,
    build: ownImage.build,
    entrypoint: flow(['node', '/app/cli/watchpost.ts', 'generate', '--config', 'watchpost.yaml', '--out', '.']),
    working_dir: '/checkout',
    volumes: ['.:/checkout'],
    network_mode: noted('It writes files and talks to nobody.', 'none'),
    mem_limit: '512m',
  },
  'Not part of the stack: writes the generated files on a host without Node, as the user who calls it:\n' +
    '  docker compose run --rm --user "$(id -u):$(id -g)" generate',
];
