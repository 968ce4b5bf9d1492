// What the embedded server is started with.
import { totalmem } from 'node:os'

/** An eighth of what the machine or the container has, from 128 MB to 2 GB. It is taken as it is used. */
const sharedMegabytes = () =>
  Math.min(2048, Math.max(128, Math.floor(Math.min(totalmem(), process.constrainedMemory() || Infinity) / 8 / 2 ** 20)))

/** `sockets` is the folder of the socket, the only way in. */
export const settings = (sockets: string): string[] => [
  'listen_addresses=',
  // A list, in which quotes keep a comma in a folder's name.
  `unix_socket_directories="${sockets.replaceAll('"', '""')}"`,
  'port=5432',
  'max_connections=50',
  `shared_buffers=${sharedMegabytes()}MB`,
  // A bulk load writes each page once more for each checkpoint within it.
  'max_wal_size=2GB',
  'checkpoint_timeout=15min',
  // Files of its log are not filled with zeros before they are written: a bulk load writes gigabytes of them.
  'wal_init_zero=off',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_destination=stderr',
  'logging_collector=off'
]
