import type { Secret } from '../../stack/secret.ts';

/** Where the direct pager sends. Files are read when a message is sent, so that a rotated secret needs no reload. */
export interface Channels {
  readonly slack?: { readonly webhookUrl: () => Promise<Secret>; readonly channel?: string };
  readonly email?: {
    readonly to: readonly string[];
    readonly from: string;
    readonly host: string;
    readonly port: number;
    readonly requireTls: boolean;
    readonly username?: string;
    readonly password?: () => Promise<Secret>;
  };
}
