import { dockerProxy } from '../stack/parts.ts';
import type { GeneratedFile } from '../stack/surroundings.ts';

/** What the log collector asks of Docker's API: which containers there are, and what they print. Nothing that changes anything. */
const allowed = [
  '_ping',
  'version',
  'networks',
  'containers/json',
  'containers/[\\w.-]+/json',
  'containers/[\\w.-]+/logs',
];

/** The configuration of nginx. It writes nowhere but to /tmp, and needs no right that a plain process does not have. */
export function dockerProxyConfig(): GeneratedFile {
  return { path: 'loki/generated/docker-proxy.conf', content: text };
}

const text = `# Made by \`watchpost generate\`; do not edit.
# Passes on what the log collector may ask of the Docker engine, and refuses everything else.

user root;
worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr warn;

events {
	worker_connections 1024;
}

http {
	access_log off;
	client_body_temp_path /tmp/body;
	proxy_temp_path /tmp/proxy;
	fastcgi_temp_path /tmp/fastcgi;
	uwsgi_temp_path /tmp/uwsgi;
	scgi_temp_path /tmp/scgi;

	server {
		listen ${dockerProxy.port};
		client_max_body_size 1k;

		location = /-/healthy {
			return 200;
		}

		location ~ ^(?:/v[\\d.]+)?/(?:${allowed.join('|')})$ {
			if ($request_method !~ ^(?:GET|HEAD)$) {
				return 403;
			}
			proxy_pass http://unix:/var/run/docker.sock;
			proxy_http_version 1.1;
			# No upgrade: attached to a container, one could write to it.
			proxy_set_header Connection "";
			proxy_set_header Host docker;
			# The output of a container is followed for as long as it runs.
			proxy_buffering off;
			proxy_read_timeout 1d;
		}

		location / {
			return 403;
		}
	}
}
`;
