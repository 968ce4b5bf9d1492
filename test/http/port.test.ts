import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import t from 'tap'
import { listenFault, tryPort } from '../../src/http/service/port.ts'

t.test('names the setting to change when the service cannot listen', async t => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  await t.rejects(tryPort('127.0.0.1', port), {
    message: `port ${port} of 127.0.0.1 is taken by another process: set PORT to another one, or end that process`
  })
  taken.close()
  await once(taken, 'close')
  await tryPort('127.0.0.1', port)
  await once(createServer().listen(port, '127.0.0.1').unref(), 'listening')

  await t.rejects(tryPort('203.0.113.1', 0), { message: /^this machine has no address 203\.0\.113\.1: set HOST/ })
  await t.rejects(tryPort('nobody.invalid', 0), { message: /^HOST nobody\.invalid is not known: set HOST/ })
  t.match(listenFault({ code: 'EACCES' }, '0.0.0.0', 80).message, /^this user may not listen on port 80: set PORT/)
  t.match(listenFault(new Error('odd'), '0.0.0.0', 80).message, 'the service cannot listen on 0.0.0.0:80: odd')
})
