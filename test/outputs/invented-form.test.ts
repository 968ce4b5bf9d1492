// A form without layout data prints by defaults.
import t from 'tap'
import { extractDocument } from '../../src/documents/extract.ts'
import { compileForm } from '../../src/form/compile-form.ts'
import { readContent } from '../../src/form/content.ts'
import { printReport } from '../../src/outputs/printed/print-report.ts'
import { DOCUMENT_FORMATS, writeDocument } from '../../src/outputs/write-document.ts'
import { INVENTED } from '../support/invented-form.ts'

const form = compileForm(INVENTED)
const { content, faults } = readContent(form, {
  sections: { remarks: '没有备注' },
  tables: {
    channels: { in: { paper: 3, online: 4, all: 7 }, kept_here: { paper: 1, online: null, all: 2 }, out: { all: 5 } },
    cost: { postage: { amount: 12.34 } }
  }
})

for (const format of DOCUMENT_FORMATS) {
  t.test(`${format}: every figure stands beside its label`, async t => {
    t.same(faults, [])
    const report = printReport(form, content, { title: '某机关2025年报告' })
    const written = Buffer.from(await writeDocument(format, report))
    const { text } = await extractDocument(written, format === 'html' ? 'text/html' : 'text/plain')
    for (
      const line of [
        /收 \| (.*\| )?3 \| 4 \| 7/,
        /本处 \| (.*\| )?1 \| +\| 2/,
        /出 \| .*5/,
        /邮费 \| (.*\| )?12\.34元/,
        /没有备注/
      ]
    ) {
      t.match(text, line)
    }
    t.notMatch(text, '他处', 'a row that the report does not have')
  })
}
