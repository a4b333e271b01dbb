import './plain-numbers.js';
import { healthcode } from '../gen/messages.js';

/** The generated messages and services of package `healthcode.v1`. */
export import v1 = healthcode.v1;
