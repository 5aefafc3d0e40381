/** Log files of the host in the collector's container: each folder lies at its own path below this one, read-only. */
export const hostFilesMount = '/host';

/** Where the container finds what `glob` names on the host. */
export function globInContainer(glob: string): string {
  return `${hostFilesMount}${glob}`;
}

/** The folder of the host that must be mounted for `glob`: all of its path before the first wildcard. */
export function folderOfGlob(glob: string): string {
  const parts = glob.split('/');
  const wild = parts.findIndex((part) => /[*?[{]/.test(part));
  const folder = parts.slice(0, wild === -1 ? -1 : wild).join('/');
  return folder === '' ? '/' : folder;
}
