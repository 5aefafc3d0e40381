# The probe service, the demo app and the generators: one image, made from this checkout.
ARG NODE_IMAGE=node:24-trixie-slim
FROM ${NODE_IMAGE}

# For `icmp` probes. A copy has neither the capability nor the set-user-id bit that a package may give to ping: with no new
# privileges the kernel refuses to start a program with a capability that its caller lacks, and Docker's ping_group_range
# lets everybody send echo requests without any.
RUN command -v ping >/dev/null || (apt-get update -qq && apt-get install -y -qq --no-install-recommends iputils-ping && rm -rf /var/lib/apt/lists/*)
RUN ping=$(readlink -f "$(command -v ping)") && install -m 0755 "$ping" "$ping.plain" && mv -f "$ping.plain" "$ping"

WORKDIR /app
COPY package.json package-lock.json ./
# Nothing of what a package brings is run while it is installed.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf /root/.npm
COPY . .

# Here the names of the stack's parts are Docker's to resolve.
ENV NODE_ENV=production WATCHPOST_TARGET=compose
# A volume that is mounted there takes on its owner.
RUN install -d -o 1000 -g 1000 /var/lib/watchpost
USER 1000:1000
EXPOSE 9815
# The heap as in ./watchpost.
ENTRYPOINT ["node", "--max-semi-space-size=16", "--heap-growing-percent=50", "/app/cli/watchpost.ts"]
CMD ["serve", "--config", "/etc/watchpost/probes/watchpost.yaml", "--listen", "0.0.0.0:9815", "--data", "/var/lib/watchpost", "--alertmanager", "http://alertmanager:9093", "--prometheus", "http://prometheus:9090", "--otlp-logs", "http://loki:3100/otlp"]
