import t from 'tap'
import { findMisspelt, loadConfig } from '../src/config.ts'

t.test('reports every configuration fault in one message without secrets', t => {
  t.same(loadConfig({}), {
    HOST: '127.0.0.1',
    PORT: 8080,
    DATA_DIR: './data',
    LOG_LEVEL: 'info',
    POOL_MAX: 10,
    BODY_LIMIT: 2097152,
    IMPORT_LIMIT: 17179869184,
    HEADERS_TIMEOUT: 15,
    REQUEST_TIMEOUT: 300,
    KEEP_ALIVE_TIMEOUT: 72,
    RATE_LIMIT: 60000,
    OVERLOAD_MS: 1000,
    READ_ONLY: false,
    DEFAULT_LANGUAGE: 'en'
  })
  t.match(loadConfig({ PORT: '0', DATABASE_URL: 'postgres://u@h/d', ADMIN_API_KEY: 'k'.repeat(32), HOST: '' }), {
    PORT: 0,
    DATABASE_URL: 'postgres://u@h/d',
    HOST: '127.0.0.1'
  })
  t.match(
    loadConfig({
      OIDC_ISSUER: 'https://id.example',
      OIDC_AUDIENCE: 'gongkai',
      TRUST_PROXY: '10.0.0.0/8, ::1,loopback',
      CORS_ORIGINS: 'https://a.example,http://b.example:8080',
      RATE_LIMIT: '0'
    }),
    { RATE_LIMIT: 0 }
  )
  for (const env of [{ OIDC_ISSUER: 'https://id.example' }, { JWKS_FILE: 'keys.json' }, { OIDC_AUDIENCE: 'gongkai' }]) {
    t.throws(() => loadConfig(env), /^Wrong configuration:\n {2}OIDC_AUDIENCE: [^\n]*$/)
  }
  for (
    const [name, value] of [
      ['OIDC_ISSUER', 'id.example'],
      ['TRUST_PROXY', 'everyone'],
      ['CORS_ORIGINS', 'a.example'],
      ['CORS_ORIGINS', 'https://a.example/path'],
      ['CORS_ORIGINS', 'https://a.example,*'],
      ['HEADERS_TIMEOUT', '0'],
      ['OVERLOAD_MS', '-1'],
      ['DEFAULT_LANGUAGE', 'fr']
    ] as const
  ) {
    t.throws(
      () => loadConfig({ OIDC_AUDIENCE: 'x', JWKS_FILE: 'x', [name]: value }),
      new RegExp(`^Wrong configuration:\n {2}${name}: [^\n]*$`)
    )
  }
  t.throws(
    () =>
      loadConfig({
        PORT: 'http',
        POOL_MAX: '0',
        LOG_LEVEL: 'loud',
        ADMIN_API_KEY: 'hunter2',
        METRICS_TOKEN: 'hunter3 with spaces',
        DATABASE_URL: 'mysql://u:secret@h/d',
        BODY_LIMIT: '1.5'
      }),
    {
      message: `Wrong configuration:
  PORT: expected a port from 0 to 65535, found "http"
  DATABASE_URL: expected postgres://user:password@host:port/database
  ADMIN_API_KEY: expected 32 to 256 printable ASCII characters without spaces
  METRICS_TOKEN: expected 16 to 256 printable ASCII characters without spaces
  LOG_LEVEL: expected fatal, error, warn, info, debug, trace or silent, found "loud"
  POOL_MAX: expected a number of connections from 2 to 200, found "0"
  BODY_LIMIT: expected a number of bytes from 1024 to 1073741824, found "1.5"`
    }
  )
  t.end()
})

t.test('warns about a misspelt setting and suggests the correct name', t => {
  const misspelt = {
    DATABSE_URL: 'DATABASE_URL',
    DATABASE_URI: 'DATABASE_URL',
    ADMIN_APIKEY: 'ADMIN_API_KEY',
    RATE_LIMITS: 'RATE_LIMIT',
    LOGLEVEL: 'LOG_LEVEL',
    HOSTS: 'HOST',
    port: 'PORT'
  }
  for (const [name, setting] of Object.entries(misspelt)) {
    t.same(findMisspelt({ PATH: '/bin', [name]: 'x' }), [`${name} is not a setting: is ${setting} meant?`])
  }
  t.same(findMisspelt({ DATABSE_URL: '' }), [], 'ignores an empty variable')
  t.same(findMisspelt({ POOL_MIN: '1', POOL_MAX: '5' }), [], 'ignores a similar name when the setting is set')
  t.end()
})

t.test('does not warn about common environment variables', t => {
  const names = `
    _ BASH_ENV BASE BROWSER CDPATH COLORTERM COLUMNS DBUS_SESSION_BUS_ADDRESS DESKTOP_SESSION DISPLAY EDITOR EMAIL
    GPG_AGENT_INFO HISTSIZE HOME HOSTNAME HOSTTYPE INVOCATION_ID JOURNAL_STREAM KEY LANG LANGUAGE LC_ALL LC_CTYPE LESS
    LINES LISTEN_FDS LISTEN_PID LOGNAME LS_COLORS MACHTYPE MAIL MAINPID MANPATH NOTIFY_SOCKET OLDPWD OSTYPE PAGER PATH
    PS1 PWD SHELL SHLVL SSH_AGENT_PID SSH_AUTH_SOCK SSH_CLIENT SSH_CONNECTION SSH_TTY STATE_DIRECTORY SUDO_COMMAND
    SUDO_UID SUDO_USER TERM TERM_PROGRAM TMP TMPDIR TZ USER VISUAL WATCHDOG_USEC XAUTHORITY XDG_CONFIG_DIRS
    XDG_DATA_DIRS XDG_DATA_HOME XDG_RUNTIME_DIR XDG_SESSION_ID all_proxy http_proxy https_proxy no_proxy
    HTTP_PROXY HTTPS_PROXY NO_PROXY SSL_CERT_DIR SSL_CERT_FILE
    NODE NODE_ENV NODE_EXTRA_CA_CERTS NODE_OPTIONS NODE_PATH NVM_BIN NVM_DIR NVM_INC UV_THREADPOOL_SIZE FORCE_COLOR
    INIT_CWD npm_command npm_config_cache npm_config_loglevel npm_execpath npm_lifecycle_event npm_package_name
    CI BUILD_ID BUILD_NUMBER GITHUB_ACTIONS GITHUB_API_URL GITHUB_TOKEN GITLAB_CI JOB_NAME RUNNER_TEMP WORKSPACE
    DB_HOST DB_PORT DB_URL DATABASE_HOST DATABASE_NAME DATABASE_PASSWORD DATABASE_PORT DATABASE_USER JDBC_DATABASE_URL
    PGDATA PGDATABASE PGHOST PGPASSFILE PGPASSWORD PGPORT PGSSLMODE PGUSER POSTGRES_DB POSTGRES_HOST POSTGRES_PASSWORD
    POSTGRES_PORT POSTGRES_USER MYSQL_HOST REDIS_HOST REDIS_PORT REDIS_URL SMTP_HOST SMTP_PORT PROXY_HOST PROXY_PORT
    DOCKER_HOST container PUBLISH KUBERNETES_PORT KUBERNETES_PORT_443_TCP_ADDR KUBERNETES_SERVICE_HOST
    KUBERNETES_SERVICE_PORT GONGKAI_PORT GONGKAI_SERVICE_HOST GONGKAI_SERVICE_PORT POD_IP POD_NAME NODE_NAME
    ADMIN_EMAIL API_KEY API_URL AWS_ACCESS_KEY_ID AWS_REGION DATA_PATH LOG_DIR LOG_FILE LOG_FORMAT LOG_PATH PIDFILE
    DYNO WEB_CONCURRENCY WEB_MEMORY MEMORY_LIMIT TIMEOUT REQUEST_ID CORS_HEADERS OIDC_CLIENT_ID OIDC_CLIENT_SECRET
  `.trim().split(/\s+/)
  t.same(findMisspelt(Object.fromEntries(names.map(name => [name, 'x']))), [])
  t.same(findMisspelt(process.env), [])
  t.end()
})
