// The tree of agencies does not allow the request: agencies, and their years.
import { entry } from './entry.ts'

export const INVALID_AGENCIES = {
  'agency-not-in-year': entry(422, [
    'Agency not there in that year',
    'The agency {agency} is registered for {years}, not for {year}.',
    'Check the year. If the agency existed then, correct `since` or `until` with `PATCH /v1/agencies/{code}`; else its predecessor or successor files.'
  ], [
    '机关在该年度不存在',
    '机关 {agency} 的登记年度为 {years}，不含 {year} 年度。',
    '核对年度。机关当时存在的，用 `PATCH /v1/agencies/{code}` 更正 `since` 或 `until`；否则由其前身或承接机关填报。'
  ], {
    request: 'POST /v1/reports',
    facts: { agency: 'kundulun-culture', years: { en: '2022 on', zh: '2022 年度起' }, year: 2021 }
  }),
  'no-agencies-in-year': entry(422, [
    'No agencies in that year',
    'No agency is registered for {year}.',
    'Check the year. If agencies existed then, register them without `since`, or with an earlier one.'
  ], [
    '该年度没有机关',
    '{year} 年度没有登记的机关。',
    '核对年度。当时有机关的，登记时不给出 `since`，或给出更早的年度。'
  ], { request: 'GET /v1/filings?year=2001', facts: { year: 2001 } }),
  'since-required': entry(422, [
    'since required',
    'A change of parent, level, kind or reporting needs since: the first year it holds. Earlier years stay as they are. Changed: {changed}.',
    'Add `since` with the first reporting year of the change, for example `{"kind": "agency_of_government", "since": 2025}`. To correct a mistake in all years, give the first year of the agency.'
  ], [
    '需要 since',
    '变更 parent、level、kind 或 reporting 须给出 since（生效的第一个年度），此前年度不变。变更项：{changed}。',
    '用 `since` 给出变更生效的第一个年度，例如 `{"kind": "agency_of_government", "since": 2025}`。更正所有年度的登记错误，给出该机关的首个年度。'
  ], {
    request: 'PATCH /v1/agencies/kundulun-culture\n\n{"kind": "agency_of_government"}',
    facts: { changed: 'kind' }
  }),
  'agency-cycle': entry(422, [
    'Cycle of agencies',
    '{agency} would stand above itself: {parent} is below it in {years}.',
    'Choose another parent, or first move that agency elsewhere for the same years.'
  ], [
    '机关层级成环',
    '{agency} 将位于自身之上：{parent} 在 {years} 是它的下级。',
    '另选上级机关，或先将后者在这些年度调整到其他机关之下。'
  ], {
    request: 'PATCH /v1/agencies/150203\n\n{"parent": "kundulun-culture", "since": 2023}',
    facts: { agency: '150203', parent: 'kundulun-culture', years: { en: '2023 on', zh: '2023 年度起' } }
  }),
  'parent-not-in-year': entry(422, [
    'Parent not there in those years',
    'The parent {parent} is registered for {parent_years}; {agency} needs it for {years}.',
    'Give the agency another parent in the years without it, or correct `since` or `until` of the parent first.'
  ], [
    '上级在这些年度不存在',
    '上级 {parent} 的登记年度为 {parent_years}，而 {agency} 需要它存在于 {years}。',
    '在上级不存在的年度另设上级，或先更正上级的 `since` 或 `until`。'
  ], {
    request: 'PATCH /v1/agencies/kundulun-culture\n\n{"parent": "kundulun-new", "since": 2020}',
    facts: {
      parent: 'kundulun-new',
      parent_years: { en: '2022 on', zh: '2022 年度起' },
      agency: 'kundulun-culture',
      years: { en: '2020 on', zh: '2020 年度起' }
    }
  }),
  'agency-has-children': entry(422, [
    'Agencies stand below it',
    '{agency} is the parent of {children} in years in which it would no longer be there; move them first.',
    'Give these agencies another parent with `PATCH /v1/agencies/{code}` and `since`, usually the successor. Then set `until`.'
  ], [
    '尚有下级机关',
    '{agency} 在其不再存在的年度仍是 {children} 的上级，请先调整这些机关。',
    '用 `PATCH /v1/agencies/{code}` 和 `since` 为这些机关另设上级（通常为承接机关），然后再设 `until`。'
  ], {
    request: 'PATCH /v1/agencies/150203\n\n{"until": 2024}',
    facts: { agency: '150203', children: 'kundulun-culture, kundulun-housing' }
  }),
  'agency-has-reports': entry(422, [
    'Reports of those years exist',
    '{agency} has reports for {years}, in which it would no longer be there.',
    'Check `until`. If it is right, withdraw these reports or, if they were never published, delete them.'
  ], [
    '这些年度已有报告',
    '{agency} 已有 {years} 年度的报告，而它在这些年度将不再存在。',
    '核对 `until`。无误的，撤回这些报告；从未发布的，予以删除。'
  ], {
    request: 'PATCH /v1/agencies/kundulun-culture\n\n{"until": 2021}',
    facts: { agency: 'kundulun-culture', years: '2022, 2023' }
  })
}
