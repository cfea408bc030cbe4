/** Lets those who enter go on when so many are inside at the same time. */
export function crowdOf(size: number): { enter(): Promise<void>; most(): number } {
  let inside = 0;
  let most = 0;
  let waiting: (() => void)[] = [];
  return {
    most: () => most,
    async enter() {
      inside++;
      most = Math.max(most, inside);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length < size) return;
        const crowd = waiting;
        waiting = [];
        // a little later, so that one too many would be seen
        setTimeout(() => crowd.forEach((goOn) => void goOn()), 20);
      });
      inside--;
    },
  };
}
