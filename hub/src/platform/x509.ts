import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

/** X.509 and PKCS#10, on Node's own cryptography. The library needs what is imported before it. */
export { x509 };
