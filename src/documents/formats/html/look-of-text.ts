// The look of an element of a web page, as far as it decides what is seen of its text.
import { BLACK, type Colour, contrast, UNCERTAIN_CONTRAST, UNSEEN_CONTRAST, WHITE } from '../colours.ts'
import type { PieceStyle } from '../styled-text.ts'

export interface Look {
  /** Not shown, and takes no space. */
  gone: boolean
  /** Takes space and shows nothing. */
  invisible: boolean
  /** Something is shown before or after the text. */
  shows: 'figure' | 'ornament' | null
  /** Stands apart from the text around it. */
  apart: boolean
  inCell: boolean
  struck: boolean
  unseen: boolean
  uncertain: boolean
  raised: boolean
  lowered: boolean
  /** In pixels. */
  size: number
  colour: Colour
  /** Null if it is not known. */
  ground: Colour | null
  /** Classes within the cell, where style sheets outside of the page may mean something. */
  classes: string
  reversed: boolean
  /** How far the text is moved up or down in its cell. */
  shift: string
  /** Items of lists have no numbers and bullets. */
  unlisted: boolean
}

export const INITIAL: Look = {
  gone: false,
  invisible: false,
  shows: null,
  apart: false,
  inCell: false,
  struck: false,
  unseen: false,
  uncertain: false,
  raised: false,
  lowered: false,
  size: 16,
  colour: BLACK,
  ground: WHITE,
  classes: '',
  reversed: false,
  shift: '',
  unlisted: false
}

/** Smaller text is not seen, and below the second size it is not certain that it is. In pixels. */
const UNSEEN_SIZE = 2
const UNCERTAIN_SIZE = 5

export function styleOf (look: Look): PieceStyle {
  const faint = isFaint(look)
  return {
    unseen: look.unseen || look.struck || look.size < UNSEEN_SIZE || faint === 'unseen',
    uncertain: look.uncertain || look.reversed || look.size < UNCERTAIN_SIZE || faint === 'uncertain',
    raised: look.raised,
    lowered: look.lowered,
    size: look.size,
    position: `${look.shift} ${look.classes}`
  }
}

/** Compares the colours once all of them are known. */
export function isFaint ({ colour, ground }: Look): 'unseen' | 'uncertain' | null {
  if (ground === null) return contrast(colour, WHITE) < UNCERTAIN_CONTRAST ? 'uncertain' : null
  const found = contrast(colour, ground)
  return found < UNSEEN_CONTRAST ? 'unseen' : found < UNCERTAIN_CONTRAST ? 'uncertain' : null
}
