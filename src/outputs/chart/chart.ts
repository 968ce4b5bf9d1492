// What a chart shows.

export interface Point {
  /** Null where there is no figure; `reason` then says why. */
  value: number | null
  reason?: string
  /** True if reports are missing from the value. */
  isPartial?: boolean
}

export interface Series {
  name: string
  /** One for each category. */
  points: Point[]
}

export interface Chart {
  kind: 'lines' | 'bars' | 'stack'
  title: string
  /** Unit of the axis. */
  unit: string
  /** Text alternative of the chart. */
  description: string
  /** Years, or the groups that have bars. */
  categories: string[]
  series: Series[]
  caption: string[]
  language: 'zh' | 'en'
  format: (value: number) => string
}

/** What is drawn between title and caption: elements from its own origin. */
export interface Drawing {
  height: number
  elements: string[]
  definitions?: string[]
}
