// Makes PDFs of generated reports with Chromium and LibreOffice: see README.md beside this file.
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { randomLook } from '../../documents/reading/look.ts'
import { type Grid, type Page, pageOf } from '../../documents/reading/page.ts'
import { type Random, randomFrom } from '../../documents/reading/random.ts'
import { randomReport } from '../../documents/reading/report.ts'
import { STYLES } from '../../documents/reading/styles/styles.ts'

const [folder = 'pdfs', from = '1', to = '5'] = process.argv.slice(2)
await mkdir(folder, { recursive: true })

const FONTS = ['Noto Sans CJK SC', 'Noto Serif CJK SC', 'WenQuanYi Zen Hei', 'AR PL UMing CN']
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '<br>')

function htmlOf (page: Page, random: Random): string {
  const size = 8 + random.int(7)
  const border = random.pick(['1px solid #000', '0.5pt solid #333', '2px solid black', '1px dashed #000'])
  const css = `
    @page { size: A4 ${random.pick(['portrait', 'landscape'])}; margin: ${5 + random.int(20)}mm }
    body { font: ${size}pt '${random.pick(FONTS)}', 'Noto Sans CJK SC'; }
    table { border-collapse: ${random.pick(['collapse', 'collapse', 'separate'])}; border-spacing: 0; width: 100%;
      table-layout: ${random.pick(['auto', 'fixed'])} }
    td { border: ${border}; padding: ${random.pick(['0', '1px', '3px', '6px'])}; text-align: ${
    random.pick(['left', 'center', 'right'])
  }; ${random.pick(['', 'word-break: break-all;'])} vertical-align: ${random.pick(['top', 'middle', 'bottom'])} }
    tr { break-inside: ${random.pick(['auto', 'avoid'])} }
    .header { background: ${random.pick(['none', '#ddd', '#cce'])} }`
  const table = ({ rows }: Grid) =>
    `<table>${
      rows.map(row =>
        `<tr>${
          row.map(cell =>
            `<td class="${cell.kind}" colspan="${cell.colspan}" rowspan="${cell.rowspan}">${escape(cell.text)}</td>`
          ).join('')
        }</tr>`
      ).join('')
    }</table>`
  return `<meta charset="utf-8"><style>${css}</style>${page.title.map(title => `<h1>${escape(title)}</h1>`).join('')}${
    page.parts.map(part => 'grid' in part ? table(part.grid) : `<p>${escape(part.paragraph)}</p>`).join('')
  }`
}

/** Word documents of the corpus have tables without lines and a font that is not given. */
function withBorders (docx: Buffer, random: Random): Buffer {
  const files = unzipSync(docx)
  const name = 'word/document.xml'
  const sides = ['top', 'left', 'bottom', 'right', 'insideH', 'insideV']
  const size = 16 + 2 * random.int(9)
  const font = random.pick(FONTS)
  const landscape = random.chance(0.3)
  const xml = strFromU8(files[name]!).replaceAll(
    /<w:tbl>(?:<w:tblPr>.*?<\/w:tblPr>)?/g,
    `<w:tbl><w:tblPr><w:tblW w:w="${landscape ? 13000 : 9000}" w:type="dxa"/><w:tblBorders>${
      sides.map(side => `<w:${side} w:val="single" w:sz="${random.pick([4, 6, 12])}" w:color="auto"/>`).join('')
    }</w:tblBorders></w:tblPr>`
  ).replaceAll(
    '<w:r>',
    `<w:r><w:rPr><w:rFonts w:ascii="${font}" w:hAnsi="${font}" w:eastAsia="${font}"/><w:sz w:val="${size}"/></w:rPr>`
  )
    .replace(
      '</w:body>',
      landscape ? '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/></w:sectPr></w:body>' : '</w:body>'
    )
  return Buffer.from(zipSync({ ...files, [name]: strToU8(xml) }))
}

/** The expected figures stand beside each PDF. */
async function writeExpected (name: string, page: Page): Promise<void> {
  await writeFile(
    join(folder, `${name}.json`),
    JSON.stringify({
      form: page.report.form.id,
      year: page.report.year,
      agency: page.report.agency,
      cells: Object.fromEntries(page.expected)
    })
  )
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox']
})
const tab = await browser.newPage()
const office: [string, string[]][] = []
for (let seed = Number(from); seed <= Number(to); seed++) {
  const random = randomFrom(seed)
  const page = pageOf(randomReport(random), randomLook(random, {}), random)
  await tab.setContent(htmlOf(page, random))
  await tab.pdf({
    path: join(folder, `chromium-${seed}.pdf`),
    preferCSSPageSize: true,
    displayHeaderFooter: random.chance(0.3)
  })
  await writeExpected(`chromium-${seed}`, page)
  for (const name of ['web', 'calc']) {
    const own = pageOf(randomReport(random), randomLook(random, {}), random)
    const path = join(folder, `${name}-${seed}.html`)
    await writeFile(path, htmlOf(own, random).replaceAll('<table', '<table border="1" cellspacing="0"'))
    await writeExpected(`${name}-${seed}`, own)
    office.push([
      path,
      name === 'calc'
        ? ['--infilter=HTML (StarCalc)', '--convert-to', 'pdf:calc_pdf_Export']
        : ['--convert-to', 'pdf:writer_web_pdf_Export']
    ])
  }
  for (const name of ['word']) {
    const style = STYLES.find(style => style.name === name)!
    const look = typeof style.look === 'function' ? style.look(random) : style.look ?? {}
    const own = pageOf(randomReport(random), randomLook(random, look), random)
    const path = join(folder, `${name}-${seed}.docx`)
    await writeFile(path, withBorders(style.render(own, random).bytes, random))
    await writeExpected(`${name}-${seed}`, own)
    office.push([path, ['--convert-to', 'pdf']])
  }
}
await browser.close()
for (const kind of new Set(office.map(([, options]) => options.join()))) {
  const files = office.filter(([, options]) => options.join() === kind)
  await promisify(execFile)('soffice', [
    '--headless',
    ...files[0]![1],
    '--outdir',
    folder,
    ...files.map(([path]) => path)
  ])
}
