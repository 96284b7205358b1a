/**
 * A fault of the moment that says nothing about the request: `lost`, the connection or the server went away; `contended`, somebody else
 * held what was needed. Never leaves this folder: it is tried again or becomes ChatError UNAVAILABLE. It has no `code`, because Prisma
 * replaces errors that have one.
 */
export class Transient extends Error {
  override readonly name = 'Transient';
  readonly kind: 'lost' | 'contended';

  constructor(kind: 'lost' | 'contended', cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.kind = kind;
  }
}
