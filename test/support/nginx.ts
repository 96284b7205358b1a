import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireProgram } from './binaries.ts';
import { type Service, startService } from './services.ts';

// As root, nginx gives its temporary folders, which the whole machine shares, to its user. On Debian they belong to
// www-data.
const ownUser = process.getuid?.() === 0 ? 'user www-data; ' : '';

const shipped = join(import.meta.dirname, '../../deploy/nginx');

/**
 * Starts nginx with the shipped configuration in front of nodes at these URLs (`http://127.0.0.1:PORT`). Only the nodes, its own port and
 * its log differ. The log is `access.log` in its folder.
 */
export function startNginx(nodes: readonly string[]): Promise<Service> {
  const program = requireProgram('nginx');
  // The port is only known when it starts.
  const script =
    'echo "listen 127.0.0.1:$2; access_log access.log mpim;" > "$1/place.conf"; exec "$0" -p "$1" -c nginx.conf -e stderr -g "$3"';
  return startService(
    {},
    {
      name: 'nginx',
      url: (port) => `http://127.0.0.1:${port}`,
      async prepare(folder) {
        for (const file of ['nginx.conf', 'mpim.conf']) await copyFile(join(shipped, file), join(folder, file));
        await writeFile(join(folder, 'nodes.conf'), nodes.map(serverLine).join(''));
      },
      command: (folder, port) => [
        '/bin/sh',
        '-c',
        script,
        program,
        folder,
        String(port),
        `${ownUser}daemon off; pid nginx.pid; error_log stderr notice;`,
      ],
      ready: 'start worker process',
    },
  );
}

function serverLine(url: string): string {
  return `server ${new URL(url).host} max_fails=1 fail_timeout=10s;\n`;
}
