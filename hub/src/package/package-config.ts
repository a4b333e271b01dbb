/** What the hub is told of the offline package. */
export interface PackageConfig {
  /** Folder of the chain of roots: 1.root.json and so on. */
  readonly rootDir: string;
  /** PKCS#8 in PEM, mode 0600; read again with the chain of roots, so that a rotation needs no restart. */
  readonly keyFile: string;
  /** From one version to the next where nothing urgent happens. */
  readonly intervalMs: number;
}

/** The settings it is read from, after they were parsed one by one. */
interface PackageSettings {
  readonly PACKAGE_ROOT_DIR?: string | undefined;
  readonly PACKAGE_KEY_FILE?: string | undefined;
  readonly PACKAGE_INTERVAL: number;
}

/** The configuration's part; none where this hub publishes no package. */
export const packageOf = ({ PACKAGE_ROOT_DIR: rootDir, PACKAGE_KEY_FILE: keyFile, PACKAGE_INTERVAL: intervalMs }: PackageSettings): { readonly package?: PackageConfig } =>
  rootDir === undefined || keyFile === undefined ? {} : { package: Object.freeze({ rootDir, keyFile, intervalMs }) };

/** One line, beginning with its key, for what is wrong: one setting without the other is a package that somebody believes to be published. */
export function packageProblems({ PACKAGE_ROOT_DIR: rootDir, PACKAGE_KEY_FILE: keyFile }: PackageSettings): readonly string[] {
  if ((rootDir === undefined) === (keyFile === undefined)) return [];
  return [rootDir === undefined ? 'PACKAGE_ROOT_DIR is missing beside PACKAGE_KEY_FILE' : 'PACKAGE_KEY_FILE is missing beside PACKAGE_ROOT_DIR'];
}
