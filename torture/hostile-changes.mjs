// Hostile changes of bodies and addresses.
import { JSON_VALUES, MAKE_JSON_VALUE, NAMES, pickParameter } from './hostile-values.mjs'

const pickJsonValue = random => random.chance(0.04) ? random.pick(MAKE_JSON_VALUE)() : random.pick(JSON_VALUES)

const TOKEN = '@@torture@@'

/** Returns the places in a value: pairs of an object or array and one of its keys. */
function placesOf (value, found = []) {
  if (typeof value !== 'object' || value === null) return found
  for (const key of Object.keys(value)) {
    found.push([value, key])
    placesOf(value[key], found)
  }
  return found
}

const put = (json, random, member) => {
  const text = JSON.stringify(json)
  const starts = [...text.matchAll(/\{(?=.)/g)].map(match => match.index + 1)
  const at = random.pick(starts) ?? 0
  return `${text.slice(0, at)}${member}${text[at] === '}' ? '' : ','}${text.slice(at)}`
}

const JSON_CHANGES = {
  replace: (random, json) => {
    const [holder, key] = random.pick(placesOf(json)) ?? [[json], 0]
    holder[key] = TOKEN
    return JSON.stringify(json).replace(`"${TOKEN}"`, () => pickJsonValue(random))
  },
  remove: (random, json) => {
    const [holder, key] = random.pick(placesOf(json)) ?? [{}, 'x']
    delete holder[key]
    return JSON.stringify(json)
  },
  add: (random, json) => put(json, random, `"${random.pick(NAMES)}":${pickJsonValue(random)}`),
  duplicate: (random, json) => {
    const [, key] = random.pick(placesOf(json)) ?? [{}, 'x']
    return put(json, random, `${JSON.stringify(key)}:${pickJsonValue(random)}`)
  },
  whole: random => pickJsonValue(random),
  cut: (random, json) => {
    const text = JSON.stringify(json)
    return text.slice(0, random.below(text.length))
  },
  append: (random, json) => JSON.stringify(json) + random.pick(['}', ' x', ',', '\0', '{}', '\n\n']),
  encode: (random, json) => {
    const text = JSON.stringify(json)
    return random.pick([
      () => Buffer.from(text, 'utf16le'),
      () => Buffer.from(`\ufeff${text}`),
      () => Buffer.from(text, 'latin1'),
      () => changeBytes(random, Buffer.from(text))
    ])()
  }
}

/** Returns the JSON text of a value with one hostile change. */
export function changeJson (random, value) {
  const change = random.pickWeighted({
    replace: 8,
    remove: 3,
    add: 3,
    duplicate: 2,
    whole: 1,
    cut: 1,
    append: 1,
    encode: 1
  })
  return JSON_CHANGES[change](random, structuredClone(value))
}

/** Overwrites, inserts or removes some bytes. */
export function changeBytes (random, bytes) {
  let changed = Buffer.from(bytes)
  for (let i = 1 + random.below(4); i > 0; i--) {
    const at = random.below(changed.length + 1)
    const rest = random.pick([at, at + 1, at + 1 + random.below(20)])
    const inserted = random.pick([
      Buffer.alloc(0),
      Buffer.from([random.below(256)]),
      Buffer.from([0]),
      Buffer.from('"'),
      Buffer.from('\r\n'),
      Buffer.from(','),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('|'),
      Buffer.from('</table>')
    ])
    changed = Buffer.concat([changed.subarray(0, at), inserted, changed.subarray(Math.min(rest, changed.length))])
  }
  return changed
}

/** Changes the path or the query of a request. */
export function changeAddress (random, path, parameters) {
  const [route, query = ''] = path.split('?')
  const change = random.pick(['segment', 'query', 'query', 'query', 'repeat', 'unknown', 'route'])
  const named = random.pick(parameters.filter(({ place }) => place === 'query'))?.name ?? 'limit'
  const value = pickParameter(random)
  if (change === 'segment') {
    const parts = route.split('/')
    parts[random.below(parts.length - 1) + 1] = value
    return join(parts.join('/'), query)
  }
  if (change === 'query') return join(route, `${query}&${named}=${value}`.replace(/^&/, ''))
  if (change === 'repeat') {
    return join(route, `${query}&${`${named}=${value.slice(0, 200)}&`.repeat(1 + random.below(30))}`)
  }
  if (change === 'unknown') return join(route, `${query}&${random.pick(['no_such', '__proto__', 'a[b]', ''])}=${value}`)
  return join(route + random.pick(['/', '//', '/x', '.json', ';a=b', '/%2e', '/..']), query)
}

const join = (route, query) => query === '' ? route : `${route}?${query}`
