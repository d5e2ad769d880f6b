// What every way of finding the leading master has in common.

export interface LeaderDetector extends AsyncDisposable {
  /**
   * URL of the master that leads now (http://host:port); waits until one does, and tells what it waits for.
   * @throws the signal's reason
   */
  find(signal: AbortSignal, onWaiting?: (reason: string) => void): Promise<string>;

  /**
   * Resolves once another master leads than the one that was found last, be it at the same address; may never do so.
   * @throws the signal's reason
   */
  changed(signal: AbortSignal): Promise<void>;
}
