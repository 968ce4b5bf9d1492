// Mirror sites: traditional characters with and without pinyin, `?` in place of no-break spaces.
import type { Page } from '../page.ts'
import type { Random } from '../random.ts'
import { LINES } from './lines.ts'
import type { Rendered, Style } from './style.ts'

/** Simplified and traditional characters, and the pinyin that mirror sites append. */
const CHARACTERS =
  `总總zǒng 体體tǐ 况況kuàng 动動dòng 开開kāi 报報bào 关關guān 办辦bàn 发發fā 数數shù 废廢fèi 现現xiàn 规規guī 范範fàn
项項xiàng 内內nèi 处處chù 决決jué 许許xǔ 罚罰fá 强強qiáng 业業yè 费費fèi 额額é 单單dān 万萬wàn 请請qǐng 据據jù 系係xì 为為wéi
等等děng 组組zǔ 织織zhī 机機jī 构構gòu 会會huì 务務wù 计計jì 结結jié 转轉zhuǎn 给給gěi 区區qū 开開kāi 这這zhè 种種zhǒng 属屬shǔ
国國guó 家家jiā 密密mì 法法fǎ 律律lǜ 禁禁jìn 稳穩wěn 护護hù 权權quán 类類lèi 执執zhí 询詢xún 无無wú 关關guān 没沒méi 补補bǔ
后後hòu 确確què 访訪fǎng 举舉jǔ 诉訴sù 复復fù 版版bǎn 获獲huò 认認rèn 继繼jì 续續xù 维維wéi 纠糾jiū 审審shěn 讼訟sòng 经經jīng
过過guò 议議yì 题題tí 进進jìn 县縣xiàn 厅廳tīng 农農nóng 东東dōng 龙龍lóng 孤孤gū 运運yùn 输輸shū 卫衛wèi 镇鎮zhèn 乡鄉xiāng
门門mén 户戶hù 网網wǎng 闻聞wén 梳梳shū 录錄lù 项項xiàng 训訓xùn 参參cān 责責zé 任任rèn 济濟jì 图圖tú 员員yuán 变變biàn 较較jiào
时時shí 间間jiān 实實shí 际際jì 两兩liǎng 个個gè 条條tiáo 华華huá 该該gāi 备備bèi 与與yǔ 从從cóng 设設shè 专專zhuān 账賬zhàng
号號hào 讯訊xùn 监監jiān 馈饋kuì 阅閱yuè 读讀dú 应應yīng 众眾zhòng 电電diàn 话話huà 导導dǎo 层層céng 质質zhì 扩擴kuò 选選xuǎn
营營yíng 领領lǐng 价價jià 标標biāo 准準zhǔn 购購gòu 采採cǎi 减減jiǎn 对對duì 外外wài 显顯xiǎn 举舉jǔ 论論lùn 记記jì 询詢xún 征徵zhēng
纳納nà 缴繳jiǎo 询詢xún 杂雜zá 义義yì 听聽tīng 么麼me 观觀guān 讨討tǎo 稿稿gǎo 达達dá 产產chǎn 业業yè 历歷lì 长長cháng 临臨lín 坪坪píng
双雙shuāng 财財cái 资資zī 货貨huò 场場chǎng 统統tǒng 仅僅jǐn 频頻pín 详詳xiáng 顺順shùn 栏欄lán 级級jí 听聽tīng 证證zhèng 笔筆bǐ 减減jiǎn`
    .split(/\s+/).map(entry => [entry[0]!, entry[1]!, entry.slice(2)] as const)

const TRADITIONAL = new Map(CHARACTERS.map(([simplified, traditional]) => [simplified, traditional]))
const READING = new Map(CHARACTERS.map(([, traditional, reading]) => [traditional, reading]))
/** Characters that converters without a dictionary leave alone or convert too often. */
const KEPT = ['后', '范', '系', '采', '准', '征', '']
const OVERDONE: [string, string][] = [['制', '製'], ['复', '複'], ['面', '麵'], ['群', '羣'], ['台', '臺'], ['', '']]

function traditional (text: string, random: Random): string {
  const kept = random.chance(0.5) ? KEPT : [random.pick(KEPT)]
  const [from, to] = random.pick(OVERDONE)
  return text.replace(
    /[一-鿿]/g,
    char => char === from ? to : kept.includes(char) ? char : TRADITIONAL.get(char) ?? char
  )
}

const toneless = (reading: string) => reading.normalize('NFD').replace(/[\u0300-\u036f]/g, '')

/** `動(dòng)`, `動(dong)`, `動 (dong)`, `動(dong)(dong)`. */
function withReadings (text: string, random: Random): string {
  const write = random.pick([
    (reading: string) => `(${reading})`,
    (reading: string) => `(${toneless(reading)})`,
    (reading: string) => `(${toneless(reading)})(${toneless(reading)})`,
    (reading: string) => ` (${toneless(reading)})`
  ])
  const share = random.pick([1, 0.6])
  return text.replace(
    /[一-鿿]/g,
    char => READING.has(char) && random.chance(share) ? char + write(READING.get(char)!) : char
  )
}

/** Question marks in place of no-break spaces after figures and within labels. */
const withMarks = (text: string, random: Random) =>
  text.replace(/(?<=\d)(?= \||$)/gm, () => random.chance(0.9) ? '?' : '').replaceAll('本年新', '本年新?').replace(
    /^(?=主要问题|改进措施|主要問題|改進措施)/gm,
    '? ?'
  )

/** A base style with its text changed. */
const mirror = (name: string, bases: string[], change: (text: string, random: Random) => string): Style => ({
  name,
  // As for the base styles, some of which miss up to 4 %.
  recall: 0.98,
  look: { digits: 'half' },
  render: (page: Page, random: Random): Rendered => {
    const base = random.pick(bases)
    const { bytes, contentType } = LINES.find(style => style.name === base)!.render(page, random)
    return { bytes: Buffer.from(change(bytes.toString(), random)), contentType }
  }
})

const BASES = ['pipes padded', 'pipes clean', 'pipe per line', 'cell per line']

export const CHARACTERS_CHANGED: Style[] = [
  mirror('traditional', BASES, traditional),
  mirror('traditional with readings', BASES, (text, random) => withReadings(traditional(text, random), random)),
  mirror('question marks', ['pipes padded', 'pipes clean'], withMarks),
  mirror(
    'traditional, readings, question marks',
    ['pipes padded', 'pipes clean'],
    (text, random) => withReadings(traditional(withMarks(text, random), random), random)
  )
]
