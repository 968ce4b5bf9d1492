// Parses style sheets as far as they decide what is seen of a text.
import { defaultTreeAdapter, type DefaultTreeAdapterTypes } from 'parse5'

type Element = DefaultTreeAdapterTypes.Element

/** Values by property, in lower case. */
export type Declarations = Map<string, { value: string, important: boolean }>

interface Compound {
  tag: string | null
  id: string | null
  classes: string[]
  /** How the compound before it relates to it. */
  combinator: ' ' | '>'
}

export interface Rule {
  /** From the subject of the selector outwards. */
  compounds: Compound[]
  specificity: number
  declarations: Declarations
  /** It may apply or not, such as below a query or with a selector that is not evaluated. */
  partial: boolean
  /** Concerns `::before` or `::after`. */
  pseudo: boolean
}

/** Other properties do not matter here. */
const PROPERTIES = new Set(
  ('display visibility opacity color background background-color background-image font font-size font-family text-decoration ' +
    'text-decoration-line vertical-align position left right top bottom margin-left margin-right padding-left padding-right margin padding ' +
    'text-indent clip clip-path transform translate scale rotate zoom direction unicode-bidi float overflow overflow-x width height max-width ' +
    'max-height flex-direction order content filter mso-hide list-style list-style-type -webkit-text-fill-color ' +
    '-webkit-text-security letter-spacing text-combine-upright content-visibility').split(' ')
)
const MAX_RULES = 5000
const MAX_NESTING = 4
const MAX_COMPOUNDS = 4

export function parseDeclarations (text: string): Declarations {
  const found: Declarations = new Map()
  for (const [, name = '', raw = ''] of text.matchAll(/([-\w]+)\s*:\s*((?:"[^"]*"|'[^']*'|\([^)]*\)|[^;"'(])*)/g)) {
    const property = name.toLowerCase()
    const before = found.get(property)
    const important = /!\s*important\s*$/i.test(raw)
    if (!PROPERTIES.has(property) || (before?.important === true && !important)) continue
    found.set(property, { value: raw.replace(/!\s*important\s*$/i, '').trim().toLowerCase(), important })
  }
  return found
}

export class StyleSheets {
  readonly #byKey = new Map<string, { rule: Rule, order: number }[]>()
  #rules = 0
  /** Styles that are not in the page, or too many of them. */
  external = false

  add (css: string): void {
    this.#addBlock(css.replace(/\/\*.*?\*\//gs, ' ').replace(/<!--|-->/g, ' '), false, 0)
  }

  /** The rules that match the element, in the order in which they apply. */
  rulesOf (element: Element): Rule[] {
    const keys = [
      `#${attributeOf(element, 'id') ?? ''}`,
      ...classesOf(element).map(name => `.${name}`),
      element.tagName
    ]
    const found: { rule: Rule, order: number }[] = []
    for (const key of [...new Set(keys), '*']) {
      for (const entry of this.#byKey.get(key) ?? []) if (matches(entry.rule, element)) found.push(entry)
    }
    return found.sort((a, b) => a.rule.specificity - b.rule.specificity || a.order - b.order).map(({ rule }) => rule)
  }

  #addBlock (css: string, partial: boolean, nesting: number): void {
    let at = 0
    while (at < css.length) {
      const open = css.indexOf('{', at)
      const statement = css.indexOf(';', at)
      if (statement >= 0 && (open < 0 || statement < open) && css.slice(at, statement).trim().startsWith('@')) {
        if (/@import/i.test(css.slice(at, statement))) this.external = true
        at = statement + 1
        continue
      }
      if (open < 0) return
      const prelude = css.slice(at, open).trim()
      const close = endOfBlock(css, open)
      const body = css.slice(open + 1, close)
      at = close + 1
      const query = /^@(media|supports|layer|container|scope|document)\b(.*)$/is.exec(prelude)
      if (query === null) {
        if (!prelude.startsWith('@')) this.#addRules(prelude, body, partial)
      } else if (nesting >= MAX_NESTING) this.external = true
      else if (holds(query) !== false) this.#addBlock(body, partial || holds(query) === undefined, nesting + 1)
    }
  }

  #addRules (selectors: string, body: string, partial: boolean): void {
    const declarations = parseDeclarations(body)
    if (declarations.size === 0) return
    for (const selector of selectors.split(',')) {
      if (++this.#rules > MAX_RULES) {
        this.external = true
        return
      }
      const rule = parseSelector(selector, declarations, partial)
      if (rule === null) continue
      const { id, classes, tag } = rule.compounds[0]!
      const key = id === null ? classes.length > 0 ? `.${classes[0]!}` : tag ?? '*' : `#${id}`
      const rules = this.#byKey.get(key)
      if (rules === undefined) this.#byKey.set(key, [{ rule, order: this.#rules }])
      else rules.push({ rule, order: this.#rules })
    }
  }
}

/** The width of the page in pixels by which queries are decided. */
const PAGE_WIDTH = 1200

/** False for a query that never holds on a screen, undefined for one that may hold. */
function holds ([, name = '', condition = '']: RegExpExecArray): boolean | undefined {
  if (name.toLowerCase() === 'layer') return true
  if (name.toLowerCase() !== 'media') return undefined
  const answers = condition.toLowerCase().split(',').map(query => {
    let known: boolean | undefined = true
    for (const part of query.trim().replace(/^only\s+/, '').split(/\s+and\s+/)) {
      const [, bound, width] = /^\(\s*(min|max)-(?:device-)?width\s*:\s*([\d.]+)px\s*\)$/.exec(part) ?? []
      if (part === 'print' || part === 'speech') return false
      if (bound !== undefined && (bound === 'min') !== (Number(width) <= PAGE_WIDTH)) return false
      if (bound === undefined && !/^(?:screen|all|)$/.test(part)) known = undefined
    }
    return known
  })
  return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false
}

function endOfBlock (css: string, open: number): number {
  const brace = /[{}]/g
  brace.lastIndex = open
  let depth = 0
  for (let found = brace.exec(css); found !== null; found = brace.exec(css)) {
    depth += found[0] === '{' ? 1 : -1
    if (depth === 0) return found.index
  }
  return css.length
}

function parseSelector (selector: string, declarations: Declarations, partial: boolean): Rule | null {
  // The user does something, or no element has it.
  if (/:(?:hover|focus[\w-]*|active|visited|target|checked|disabled|selection|placeholder|print)\b/i.test(selector)) {
    return null
  }
  const pseudo = /::?(?:before|after)\b/i.test(selector)
  const rule: Rule = { compounds: [], specificity: 0, declarations, partial, pseudo }
  let combinator: Compound['combinator'] = ' '
  for (const token of selector.trim().match(/[>+~]|(?:\[[^\]]*\]|\([^)]*\)|[^\s>+~[(])+/g) ?? []) {
    if (/^[>+~]$/.test(token)) {
      // Of siblings it is only known that they are below the same element.
      if (token !== '>') {
        rule.partial = true
        rule.compounds.shift()
      }
      combinator = token === '>' ? '>' : ' '
      continue
    }
    const simple = token.replace(/::?(?:before|after|first-line|first-letter|link|root)\b/gi, '')
    const plain = simple.replace(/\[[^\]]*\]|:[-\w]+(?:\([^)]*\))?/g, '')
    if (plain !== simple) rule.partial = true
    const tag = /^[a-z][\w-]*/i.exec(plain)?.[0].toLowerCase() ?? null
    const id = /#([^\s.#:]+)/.exec(plain)?.[1] ?? null
    const classes = [...plain.matchAll(/\.([^\s.#:]+)/g)].map(match => match[1]!)
    rule.compounds.unshift({ tag, id, classes, combinator })
    rule.specificity += (id === null ? 0 : 10_000) + classes.length * 100 + (tag === null ? 0 : 1)
    combinator = ' '
  }
  if (rule.compounds.length > MAX_COMPOUNDS) {
    rule.partial = true
    rule.compounds.length = MAX_COMPOUNDS
  }
  return rule.compounds.length === 0 ? null : rule
}

function matches ({ compounds }: Pick<Rule, 'compounds'>, element: Element, at = 0): boolean {
  if (!fits(compounds[at]!, element)) return false
  if (at === compounds.length - 1) return true
  const direct = compounds[at]!.combinator === '>'
  for (let above = parentOf(element); above !== null; above = direct ? null : parentOf(above)) {
    if (matches({ compounds }, above, at + 1)) return true
  }
  return false
}

const fits = ({ tag, id, classes }: Compound, element: Element) =>
  (tag === null || tag === element.tagName) && (id === null || attributeOf(element, 'id') === id) &&
  (classes.length === 0 || classes.every(name => classesOf(element).includes(name)))

export const attributeOf = (element: Element, name: string) => element.attrs.find(attr => attr.name === name)?.value

export const classesOf = (element: Element): string[] =>
  attributeOf(element, 'class')?.split(/[\t\n\f\r ]+/).filter(name => name !== '') ?? []

export function parentOf (element: Element): Element | null {
  const parent = element.parentNode
  return parent !== null && defaultTreeAdapter.isElementNode(parent) ? parent : null
}
