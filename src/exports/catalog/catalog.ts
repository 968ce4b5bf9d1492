// The data sets as DCAT 3, in JSON-LD.
import { FORMATS, type FormatName } from '../../http/formats/formats.ts'

const CONTEXT = {
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  xsd: 'http://www.w3.org/2001/XMLSchema#'
}

/** Summary of the published data. */
export interface Extent {
  /** Moment of the last change. */
  modified: string
  firstYear: number | null
  lastYear: number | null
}

interface Dataset {
  name: 'reports' | 'agencies'
  title: { zh: string, en: string }
  description: { zh: string, en: string }
  formats: FormatName[]
}

const DATASETS: Dataset[] = [
  {
    name: 'reports',
    title: { zh: '政府信息公开工作年度报告', en: 'Annual reports on government information disclosure' },
    description: {
      zh: '各机关已发布的年度报告：全部数据、文字和说明。',
      en: 'The published annual reports of all agencies: figures, texts and explanations.'
    },
    formats: ['ndjson', 'csv', 'cells', 'parquet']
  },
  {
    name: 'agencies',
    title: { zh: '填报机关', en: 'Agencies that file' },
    description: {
      zh: '各机关的名称、层级、类型和隶属关系，含历年变更。',
      en: 'Names, levels, kinds and parents, with their changes.'
    },
    formats: ['ndjson', 'csv']
  }
]

const inBoth = ({ zh, en }: { zh: string, en: string }) => [
  { '@value': zh, '@language': 'zh' },
  { '@value': en, '@language': 'en' }
]
const at = (path: string) => ({ '@id': path })
const dateTime = (value: string) => ({ '@type': 'xsd:dateTime', '@value': value })
const yearOf = (year: number) => ({ '@type': 'xsd:gYear', '@value': String(year) })

export const catalogOf = (extent: Extent) => ({
  '@context': CONTEXT,
  '@id': '/v1/catalog',
  '@type': 'dcat:Catalog',
  'dct:title': inBoth({ zh: '政府信息公开年报登记系统数据目录', en: 'Data of the registry of disclosure reports' }),
  'dct:language': ['zh', 'en'],
  'dct:modified': dateTime(extent.modified),
  'dcat:dataset': DATASETS.map(dataset => datasetOf(dataset, extent)),
  'dcat:service': {
    '@id': '/v1',
    '@type': 'dcat:DataService',
    'dct:title': inBoth({ zh: '公开接口', en: 'API' }),
    'dcat:endpointURL': at('/v1'),
    'dcat:endpointDescription': at('/openapi.json'),
    'dcat:servesDataset': DATASETS.map(({ name }) => at(`/v1/catalog#${name}`))
  }
})

const datasetOf = ({ name, title, description, formats }: Dataset, { modified, firstYear, lastYear }: Extent) => ({
  '@id': `/v1/catalog#${name}`,
  '@type': 'dcat:Dataset',
  'dct:identifier': name,
  'dct:title': inBoth(title),
  'dct:description': inBoth(description),
  'dct:modified': dateTime(modified),
  'dcat:keyword': inBoth({ zh: '政府信息公开', en: 'government information disclosure' }),
  ...(firstYear === null || lastYear === null
    ? {}
    : {
      'dct:temporal': {
        '@type': 'dct:PeriodOfTime',
        'dcat:startDate': yearOf(firstYear),
        'dcat:endDate': yearOf(lastYear)
      }
    }),
  'dcat:distribution': formats.map(format => distributionOf(name, format))
})

function distributionOf (name: Dataset['name'], format: FormatName) {
  const media = FORMATS[format].type.split(';')[0]!
  const address = at(`/v1/exports/${name}?format=${format}`)
  return {
    '@id': `/v1/catalog#${name}-${format}`,
    '@type': 'dcat:Distribution',
    'dct:title': `${name} (${format})`,
    'dcat:accessURL': address,
    'dcat:downloadURL': address,
    'dcat:mediaType': at(`https://www.iana.org/assignments/media-types/${media}`),
    'dct:format': format,
    ...(media === 'text/csv' ? { 'foaf:page': at(`/v1/exports/${name}/csvw`) } : {})
  }
}
