import type { FastifyReply } from 'fastify'
import { sendAs } from '../send-as.ts'
import { type Chosen, FORMATS } from './formats.ts'

/** The name of a file without its extension. */
export interface FileName {
  /** For clients that know no other: letters, digits, dots, hyphens. */
  ascii: string
  /** As people read it. */
  title?: string
}

/**
 * Names the file of a format that a browser saves. Call when the body is there: an error response has no file name.
 */
export function setFileName (reply: Pick<FastifyReply, 'header'>, { name }: Chosen, { ascii, title }: FileName): void {
  const format: { type: string, file?: string } = FORMATS[name]
  if (format.file === undefined) return
  const encoded = title === undefined ? '' : `; filename*=UTF-8''${encodeExtended(`${title}.${format.file}`)}`
  reply.header('content-disposition', `attachment; filename="${ascii}.${format.file}"${encoded}`)
}

/** Sends text, bytes, a stream or an object, which the schema of the response serializes. */
export function sendFormat<Reply extends Pick<FastifyReply, 'type' | 'header'>> (
  reply: Reply,
  chosen: Chosen,
  body: unknown,
  fileName: FileName
): Reply {
  setFileName(reply, chosen, fileName)
  return sendAs(reply, chosen.type, typeof body === 'string' ? chosen.prefix + body : body)
}

/** Encodes the value of an extended parameter (RFC 8187). Path separators have no place in the name of a file. */
const encodeExtended = (text: string): string =>
  encodeURIComponent(text.replace(/[/\\]/g, '-')).replace(
    /['()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  )
