export { type Loaded, type Reloaded, type Service, type ServiceOptions, startService } from './service.ts';
