/** µs of CPU that this process has taken since its start, user and system. */
export function ownCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
