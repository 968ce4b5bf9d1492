// Settings of the embedded server.
import { totalmem } from 'node:os'

/**
 * Returns an eighth of the memory of the machine or the container, from 128 MB to 2 GB. It is allocated as it is used.
 */
const sharedMegabytes = () =>
  Math.min(2048, Math.max(128, Math.floor(Math.min(totalmem(), process.constrainedMemory() || Infinity) / 8 / 2 ** 20)))

/** Returns the settings. `sockets` is the folder of the socket, which is the only way to connect. */
export const settings = (sockets: string): string[] => [
  'listen_addresses=',
  // The value is a list: quotes protect a comma in the folder's name.
  `unix_socket_directories="${sockets.replaceAll('"', '""')}"`,
  'port=5432',
  'max_connections=50',
  `shared_buffers=${sharedMegabytes()}MB`,
  // A bulk load writes each page once more after each checkpoint during it.
  'max_wal_size=2GB',
  'checkpoint_timeout=15min',
  // WAL files are not filled with zeros before they are written: a bulk load writes gigabytes of them.
  'wal_init_zero=off',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_destination=stderr',
  'logging_collector=off'
]
