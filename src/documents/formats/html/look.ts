// Computes how an element of a web page looks, by its tag, its attributes and the style sheets in the page.
import type { DefaultTreeAdapterTypes } from 'parse5'
import { WHITE } from '../colours.ts'
import { apply, applyTag } from './apply-style.ts'
import { INITIAL, isFaint, type Look } from './look-of-text.ts'
import {
  attributeOf,
  type Declarations,
  parentOf,
  parseDeclarations,
  type Rule,
  type StyleSheets
} from './style-sheet.ts'

type Element = DefaultTreeAdapterTypes.Element

export class Looks {
  readonly #sheets: StyleSheets
  readonly #looks = new WeakMap<Element, Look>()

  constructor (sheets: StyleSheets) {
    this.#sheets = sheets
  }

  of (element: Element): Look {
    const missing: Element[] = []
    let above: Element | null = element
    while (above !== null && !this.#looks.has(above)) {
      missing.push(above)
      above = parentOf(above)
    }
    // Styles outside of the page may colour the ground.
    let look = above === null ? { ...INITIAL, ground: this.#sheets.external ? null : WHITE } : this.#looks.get(above)!
    for (const next of missing.reverse()) this.#looks.set(next, look = this.#compute(next, look))
    return look
  }

  #compute (element: Element, parent: Look): Look {
    const look: Look = { ...parent, shows: null, apart: false, gone: false }
    if (element.tagName === 'td' || element.tagName === 'th') look.inCell = true
    const rules = this.#sheets.rulesOf(element)
    applyTag(look, element)
    const own = rules.filter(rule => !rule.pseudo && !rule.partial).map(rule => rule.declarations)
    const declared = merge([
      ...own,
      parseDeclarations((attributeOf(element, 'style') ?? '').replace(/\/\*.*?\*\//gs, ''))
    ])
    apply(look, declared, parent, element.tagName)
    for (const { declarations } of rules.filter(rule => rule.pseudo)) look.shows ??= contentOf(declarations)
    for (const rule of rules) {
      if (rule.partial && !rule.pseudo && changes(look, rule, parent, element.tagName)) look.uncertain = true
    }
    if (this.#sheets.external && look.inCell && element.tagName !== 'td' && element.tagName !== 'th') {
      look.classes = `${parent.classes} ${attributeOf(element, 'class') ?? ''}`.trim()
    }
    return look
  }
}

/** True if a rule that may or may not apply would change whether or how the text is seen. */
function changes (look: Look, { declarations }: Rule, parent: Look, tag: string): boolean {
  const other = { ...look }
  apply(other, declarations, parent, tag)
  return isFaint(other) !== isFaint(look) || other.lowered !== look.lowered || other.gone !== look.gone ||
    other.invisible !== look.invisible || other.struck !== look.struck ||
    other.unseen !== look.unseen || other.uncertain !== look.uncertain || other.raised !== look.raised ||
    other.reversed !== look.reversed
}

function merge (all: Declarations[]): Declarations {
  const merged: Declarations = new Map()
  for (const declarations of all) {
    for (const [property, declared] of declarations) {
      if (merged.get(property)?.important !== true || declared.important) merged.set(property, declared)
    }
  }
  return merged
}

/** What `::before` or `::after` shows. */
function contentOf (declarations: Declarations): Look['shows'] {
  const content = declarations.get('content')?.value ?? ''
  if (
    content === '' || /^(?:none|normal|""|''|inherit)/.test(content) || declarations.get('display')?.value === 'none'
  ) return null
  return /[\d(\\]/.test(content) ? 'figure' : /["'][\s.|·•]*["']/.test(content) ? null : 'ornament'
}
