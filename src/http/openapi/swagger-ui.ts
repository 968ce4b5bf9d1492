// The page of Swagger UI. Its files and routes are those of @fastify/swagger-ui, whose own page is in English only.
import type { Language } from '../../problems/fault.ts'
import { htmlLanguage } from '../language.ts'

/**
 * Hides the example body that Swagger UI shows under each documented error: the codes in its description are shorter.
 */
export const STYLE = `.responses-table:not(.live-responses-table) tr:is([data-code^="4"], [data-code^="5"])
  :is(.model-example, .response-controls, .examples-select) { display: none }
.languages { max-width: 1460px; margin: 0 auto; padding: 12px 20px 0; text-align: right; font: 14px sans-serif }
.languages a { color: #4990e2; padding: 0 4px }
.languages a[aria-current] { color: #3b4151; font-weight: bold; text-decoration: none }`

/** Starts Swagger UI. Requests that are tried out ask for answers in the language of the page. */
export const SCRIPT = `const { lang, dataset } = document.documentElement
window.ui = SwaggerUIBundle({
  dom_id: '#swagger-ui',
  url: dataset.openapi,
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  validatorUrl: null,
  persistAuthorization: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  requestInterceptor: request => {
    request.headers['Accept-Language'] = lang
    return request
  }
})
`

const TITLES: Record<Language, string> = { en: 'Gongkai 公开: API', zh: '公开 Gongkai：接口文档' }

/**
 * Returns the page. Its links are relative to the path of the request, `/docs` or `/docs/`: a proxy may serve the
 * service under any path.
 */
export function swaggerPage (language: Language, path: string): string {
  const [files, root] = path.endsWith('/') ? ['static', '..'] : ['docs/static', '.']
  const link = (to: Language, name: string) =>
    `<a href="?lang=${to}" lang="${htmlLanguage(to)}"${to === language ? ' aria-current="true"' : ''}>${name}</a>`
  return `<!doctype html>
<html lang="${htmlLanguage(language)}" data-openapi="${root}/openapi.json?lang=${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${TITLES[language]}</title>
<link rel="stylesheet" href="${files}/swagger-ui.css">
<link rel="stylesheet" href="${files}/index.css">
<link rel="stylesheet" href="${files}/theme/gongkai.css">
<link rel="icon" type="image/png" href="${files}/favicon-32x32.png" sizes="32x32">
</head>
<body>
<nav class="languages">${link('zh', '中文')} | ${link('en', 'English')}</nav>
<div id="swagger-ui"></div>
<script src="${files}/swagger-ui-bundle.js"></script>
<script src="${files}/theme/gongkai.js"></script>
</body>
</html>
`
}
