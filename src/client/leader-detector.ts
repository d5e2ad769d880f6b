// What every way of finding the leading master has in common.

export interface LeaderDetector extends AsyncDisposable {
  /**
   * URL of the master that leads now (http://host:port); waits until one does, and tells what it waits for.
   * @throws the signal's reason
   */
  find(signal: AbortSignal, onWaiting?: (reason: string) => void): Promise<string>;

  /**
   * Resolves once another master than `url` is known to lead; may never do so.
   * @throws the signal's reason
   */
  changed(url: string, signal: AbortSignal): Promise<void>;
}
