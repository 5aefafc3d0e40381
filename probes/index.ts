export { type Loaded, type Service, type ServiceOptions, startService } from './service.ts';
