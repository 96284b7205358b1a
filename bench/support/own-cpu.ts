/** µs of CPU, user and system, that this process has taken since its start. */
export function ownCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
