/** A pause of one loop that can be ended from outside. */
export class Pause {
  #end: () => void = () => undefined;
  #isOver = false;

  /** Resolves after `ms`, or when ended. */
  async wait(ms: number): Promise<void> {
    if (this.#isOver) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends the pause under way and every later one. */
  end(): void {
    this.#isOver = true;
    this.#end();
  }
}
