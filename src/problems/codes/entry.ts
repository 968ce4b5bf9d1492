// One problem code: its status, and its title and sentence in both languages.

/** `Detail` is the English sentence as a literal type: the names of its facts are checked where a problem is raised. */
export interface Entry<Detail extends string> {
  status: number
  title: { en: string, zh: string }
  detail: { en: Detail, zh: string }
}

export const entry = <const Detail extends string>(
  status: number,
  [title, detail]: readonly [title: string, detail: Detail],
  [titleZh, detailZh]: readonly [title: string, detail: string]
): Entry<Detail> => ({ status, title: { en: title, zh: titleZh }, detail: { en: detail, zh: detailZh } })
