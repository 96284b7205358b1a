import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireProgram } from '../support/binaries.ts';

/** PEM files in a folder that is removed with them. */
export interface Certificates extends AsyncDisposable {
  /** Certificate of the authority that signed the server's. */
  readonly ca: string;
  /** Certificate of an authority that signed nothing. */
  readonly stranger: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes a server's certificate for one name, in X.509's notation: `IP:127.0.0.1` or `DNS:db.example`. */
export async function makeCertificates(name: string): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-tls-'));
  const file = (base: string): string => join(folder, base);
  const openssl = (...args: readonly string[]): Promise<unknown> => promisify(execFile)(requireProgram('openssl'), args);
  const newKey = (base: string): readonly string[] => ['-newkey', 'rsa:2048', '-nodes', '-keyout', file(`${base}.key`)];
  const authority = (base: string): Promise<unknown> =>
    openssl('req', '-x509', ...newKey(base), '-out', file(`${base}.pem`), '-days', '2', '-subj', `/CN=MPIM ${base}`);

  async function dispose(): Promise<void> {
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await Promise.all([authority('ca'), authority('stranger')]);
    await openssl('req', ...newKey('server'), '-out', file('server.csr'), '-subj', '/CN=MPIM server');
    await writeFile(file('server.ext'), `subjectAltName=${name}\n`);
    const signer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', file('server.ext')];
    await openssl('x509', '-req', '-in', file('server.csr'), ...signer, '-out', file('server.pem'));
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    ca: file('ca.pem'),
    stranger: file('stranger.pem'),
    cert: file('server.pem'),
    key: file('server.key'),
    [Symbol.asyncDispose]: dispose,
  };
}
