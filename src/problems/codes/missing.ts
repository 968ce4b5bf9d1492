// The path names something that does not exist or was withdrawn.
import { entry } from './entry.ts'

export const MISSING = {
  'route-not-found': entry(404, ['No such address', 'There is nothing at {method} {path}.'], [
    '地址不存在',
    '{method} {path} 不存在。'
  ]),
  'method-not-allowed': entry(405, ['Method not allowed', '{method} is not possible at {path}; possible: {allowed}.'], [
    '方法不允许',
    '{path} 不支持 {method}，可用：{allowed}。'
  ]),
  'form-not-found': entry(404, ['No such form', 'There is no form {form}.'], ['格式不存在', '没有 {form} 版格式。']),
  'agency-not-found': entry(404, ['No such agency', 'No agency {agency} is registered.'], [
    '机关不存在',
    '机关 {agency} 未登记。'
  ]),
  'report-not-found': entry(404, ['No such report', 'There is no report of {agency} for {year}.'], [
    '报告不存在',
    '没有 {agency} 的 {year} 年度报告。'
  ]),
  'version-not-found': entry(404, ['No such version', 'The report of {agency} for {year} has no version {version}.'], [
    '版本不存在',
    '{agency} 的 {year} 年度报告没有第 {version} 版。'
  ]),
  'table-not-found': entry(404, ['No such table', 'The form {form} has no table {table}.'], [
    '表不存在',
    '{form} 版格式没有表 {table}。'
  ]),
  'row-not-found': entry(404, ['No such row', 'There is no row {row} in the table {table} of this report.'], [
    '行不存在',
    '本报告的表 {table} 中没有行 {row}。'
  ]),
  'cell-not-found': entry(404, ['No such cell', 'The form {form} has no cell {cell}.'], [
    '单元格不存在',
    '{form} 版格式没有单元格 {cell}。'
  ]),
  'document-not-found': entry(404, ['No document', 'The report of {agency} for {year} was not read from a document.'], [
    '没有原文',
    '{agency} 的 {year} 年度报告不是从文件读入的。'
  ]),
  'key-not-found': entry(404, ['No such key', 'There is no key {id}, or it is not within reach of the caller.'], [
    '密钥不存在',
    '没有密钥 {id}，或它不在当前密钥的管理范围内。'
  ]),
  'import-not-found': entry(404, [
    'No such import',
    'There is no import {id} of this caller. Imports are kept for {days} days.'
  ], ['导入不存在', '没有编号为 {id} 且属于当前调用者的导入。导入记录保留 {days} 天。']),
  'rejects-not-found': entry(404, [
    'No rejects',
    'The import {id} has no file of rejects: it is at work, nothing was rejected, or more than is kept.'
  ], ['没有退回文件', '导入 {id} 没有退回文件：尚在进行、没有被退回的内容，或超出保留的大小。']),
  'problem-not-found': entry(404, ['No such problem', 'There is no problem with the code {code}.'], [
    '问题代码不存在',
    '没有代码为 {code} 的问题。'
  ]),

  // The path names something that was withdrawn.
  'report-withdrawn': entry(410, [
    'Report withdrawn',
    'The report of {agency} for {year} was withdrawn at {withdrawn_at}: {reason}'
  ], ['报告已撤回', '{agency} 的 {year} 年度报告已于 {withdrawn_at} 撤回：{reason}'])
}
