/**
 * A transient fault, which says nothing about the request. `lost`: the connection or the server went away, or SQLite's disk failed.
 * `contended`: others held what was needed, or a MySQL server had no room for it.
 *
 * Never leaves this folder: it is retried, or becomes ChatError UNAVAILABLE. Has no `code`, because Prisma replaces errors that have one.
 */
export class Transient extends Error {
  override readonly name = 'Transient';
  readonly kind: 'lost' | 'contended';

  constructor(kind: 'lost' | 'contended', cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.kind = kind;
  }
}
