// Relationships between the parts of an archive, from its .rels parts.
import { posix } from 'node:path'
import { damaged } from '../unreadable-file.ts'
import type { Parts } from './archive.ts'
import { readXml } from './xml.ts'

export interface Relation {
  id: string
  type: string
  /** In lower case, as the names of parts. */
  target: string
}

/** The relationships of a part, or of the package if `part` is `''`. Leaves out targets outside the archive. */
export function relationsOf (parts: Parts, part: string): Relation[] {
  const { dir, base } = posix.parse(part)
  const relations: Relation[] = []
  readXml(parts.get(posix.join(dir, '_rels', `${base}.rels`).toLowerCase()) ?? '<none/>', {
    open (name, attributes) {
      if (name !== 'Relationship') return
      const { Id = '', Type = '', Target = '', TargetMode } = attributes()
      if (TargetMode !== 'External') {
        relations.push({
          id: Id,
          type: Type.slice(Type.lastIndexOf('/') + 1),
          target: posix.join(Target.startsWith('/') ? '' : dir, Target).replace(/^\//, '').toLowerCase()
        })
      }
    }
  })
  return relations
}

/** The main part of the package; `usual` is its name if the package does not say. */
export function mainPart (parts: Parts, usual: string): { name: string, xml: string } {
  const name = relationsOf(parts, '').find(({ type }) => type === 'officeDocument')?.target ?? usual
  const xml = parts.get(name)
  if (xml === undefined) throw damaged({ zh: `缺少 ${name}`, en: `${name} is missing` })
  return { name, xml }
}
