// Loads PDFium, a WebAssembly module, and starts an instance for each document: its memory is limited and goes with it.
import type { Methods } from '@embedpdf/pdfium'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { LIMITS } from '../limits.ts'

export interface Pdfium extends Methods {
  allocate: (bytes: number) => number
  /** Of the memory at the time of the call: it is another one after it has grown. */
  bytes: () => Uint8Array
  float: (address: number) => number
  double: (address: number) => number
  integer: (address: number) => number
}

/** What the wrapper has of the module; its own type needs those of Emscripten. */
interface Instance {
  HEAPU8: Uint8Array
  wasmExports: { malloc: (bytes: number) => number }
}

let compiled: Promise<WebAssembly.Module> | undefined

/** The module is code of the library, as what is imported. It is loaded with the first PDF only. */
async function compileModule (): Promise<WebAssembly.Module> {
  const wasm = await readFile(createRequire(import.meta.url).resolve('@embedpdf/pdfium/pdfium.wasm'))
  return await WebAssembly.compile(limitMemory(wasm, LIMITS.pdfMemory))
}

export async function startPdfium (): Promise<Pdfium> {
  const { init } = await import('@embedpdf/pdfium')
  const module = await (compiled ??= compileModule())
  const overrides = {
    // Without this the library fetches a module of its own.
    wasmBinary: new ArrayBuffer(0),
    instantiateWasm: (
      imports: WebAssembly.Imports,
      onInstance: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void
    ) => {
      WebAssembly.instantiate(module, imports).then(instance => onInstance(instance, module))
      return {}
    },
    print: () => {},
    printErr: () => {}
  }
  const methods = await init(overrides as Parameters<typeof init>[0])
  const instance = methods.pdfium as unknown as Instance
  methods.PDFiumExt_Init()
  const view = () => new DataView(instance.HEAPU8.buffer)
  return Object.assign(methods, {
    allocate: (bytes: number) => {
      const address = instance.wasmExports.malloc(bytes)
      if (address === 0) throw new WebAssembly.RuntimeError('out of memory')
      return address
    },
    bytes: () => instance.HEAPU8,
    float: (address: number) => view().getFloat32(address, true),
    double: (address: number) => view().getFloat64(address, true),
    integer: (address: number) => view().getInt32(address, true)
  })
}

/** Id of the section of a WebAssembly module that declares its memory. */
const MEMORY_SECTION = 5
const PAGE = 65_536

/**
 * Lowers the maximum that the module declares for its memory: the limits of a process or a thread do not hold for it.
 * The number keeps its length, so that nothing else moves.
 */
export function limitMemory (wasm: Uint8Array, limit: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(wasm)
  let at = 8
  const readNumber = () => {
    let [value, factor, byte] = [0, 1, 0]
    do {
      byte = out[at++]!
      value += (byte & 127) * factor
      factor *= 128
    } while (byte >= 128)
    return value
  }
  while (at < out.length) {
    const id = out[at++]
    const size = readNumber()
    const end = at + size
    if (id === MEMORY_SECTION) {
      readNumber()
      const flags = out[at++]!
      const least = readNumber()
      const start = at
      const most = readNumber()
      if ((flags & 1) === 0) break
      let value = Math.min(most, Math.max(least, Math.floor(limit / PAGE)))
      for (let i = start; i < at; i++) {
        out[i] = value % 128 + (i < at - 1 ? 128 : 0)
        value = Math.floor(value / 128)
      }
      return out
    }
    at = end
  }
  throw new Error('the module declares no maximum of memory')
}
