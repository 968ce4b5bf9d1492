// Checks that the service can listen on HOST and PORT.
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Listens briefly. Throws an Error that says which setting to change if the service cannot listen there. */
export async function tryPort (host: string, port: number): Promise<void> {
  const server = createServer()
  try {
    await once(server.listen({ host, port }), 'listening')
  } catch (error) {
    throw listenFault(error, host, port)
  }
  server.close()
  await once(server, 'close')
}

/** Explains an error of `listen` in terms of the settings HOST and PORT. */
export function listenFault (error: unknown, host: string, port: number): Error {
  const { code, message } = error as NodeJS.ErrnoException
  return new Error(explain(code, host, port) ?? `the service cannot listen on ${host}:${port}: ${message}`, {
    cause: error
  })
}

function explain (code: string | undefined, host: string, port: number): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} of ${host} is taken by another process: set PORT to another one, or end that process`
    case 'EACCES':
      return `this user may not listen on port ${port}: set PORT to one from 1024 on`
    case 'EADDRNOTAVAIL':
      return `this machine has no address ${host}: set HOST to one that it has, or to 0.0.0.0 for all`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST ${host} is not known: set HOST to an address of this machine`
  }
}
