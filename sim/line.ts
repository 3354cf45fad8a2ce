// A line: first come, first served, and whoever stands in it may leave it.

/** A member and its neighbours. */
interface Place<T> {
  readonly member: T;
  ahead: Place<T> | undefined;
  behind: Place<T> | undefined;
}

/** Members in the order in which they came, none of them twice. Push, pop and remove take constant time. */
export class Line<T> {
  private readonly places = new Map<T, Place<T>>();
  private first: Place<T> | undefined;
  private last: Place<T> | undefined;

  get length(): number {
    return this.places.size;
  }

  /** Puts a member that does not stand in the line at its end. */
  push(member: T): void {
    const place: Place<T> = { member, ahead: this.last, behind: undefined };
    if (this.last) this.last.behind = place;
    else this.first = place;
    this.last = place;
    this.places.set(member, place);
  }

  /** Takes out the member that came first. */
  pop(): T | undefined {
    return this.take(() => true);
  }

  /** Takes out the first member that is accepted. */
  take(accepts: (member: T) => boolean): T | undefined {
    for (let place = this.first; place; place = place.behind) {
      if (accepts(place.member)) {
        this.remove(place.member);
        return place.member;
      }
    }
    return undefined;
  }

  /** @returns false, and does nothing, where the member does not stand in the line */
  remove(member: T): boolean {
    const place = this.places.get(member);
    if (!place) return false;
    this.places.delete(member);
    if (place.ahead) place.ahead.behind = place.behind;
    else this.first = place.behind;
    if (place.behind) place.behind.ahead = place.ahead;
    else this.last = place.ahead;
    return true;
  }
}
