# What the service needs at run time, and no more: PostgreSQL is another container's.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts
COPY build.mjs ./
COPY src src
# Nothing at run time needs the transpiler, or reads the type declarations and source maps, a third of it all.
RUN node build.mjs \
 && rm -r node_modules/@swc \
 && find node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \) -delete

FROM node:24.21.0-bookworm-slim
LABEL org.opencontainers.image.title="Gongkai" \
      org.opencontainers.image.description="Registry of China's annual reports on government information disclosure" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/node:24.21.0-bookworm-slim"
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY migrations migrations
COPY forms forms
COPY openapi/zh openapi/zh
COPY examples examples
COPY package.json ./
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/server.js"]
