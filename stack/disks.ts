/** File systems that can fill: neither in memory, nor an image that is full by nature. */
export const realDisks = { fstype: { unlike: 'tmpfs|devtmpfs|ramfs|overlay|squashfs|iso9660|erofs|fuse.lxcfs' } };
