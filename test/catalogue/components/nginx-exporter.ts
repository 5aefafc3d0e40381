import type { Component } from '../component.ts';

export const nginxExporter: Component = {
  name: 'nginx-exporter',
  captured: 'before nginx with stub_status',
  versionOf: 'nginx_exporter_build_info',
  images: ['nginx', 'nginx-exporter'],
  async scrape(place) {
    await place.start({
      alias: 'nginx',
      image: 'nginx',
      port: 80,
      files: { '/etc/nginx/conf.d/status.conf': 'server { listen 8080; location = /stub_status { stub_status; } }' },
    });
    const exporter = await place.start({
      alias: 'exporter',
      image: 'nginx-exporter',
      port: 9113,
      args: ['--nginx.scrape-uri=http://nginx:8080/stub_status'],
    });
    return [await exporter.get('/metrics')];
  },
};
