/** Ways in which an adapter of a test is wrong. */
export type Breakage =
  | 'green-for-unknown' | 'yellow-is-green'
  | 'accepts-replay' | 'accepts-same-reply-key' | 'states-anew-each-time' | 'races'
  | 'skips-numbers' | 'answers-without-publishing' | 'signs-anew-on-resend' | 'refuses-resend' | 'forgets-what-was-not-taken' | 'makes-up-resent'
  | 'ignores-deadlines' | 'clock-is-slow' | 'takes-hub-clock' | 'heartbeat-without-time'
  | 'waits-for-ever' | 'green-when-unreadable' | 'keeps-being-broken' | 'reads-without-end'
  | 'completes-cut-codes' | 'fails-on-strange-codes' | 'trims' | 'answers-foreign-codes' | 'ignores-expiry' | 'somebody-for-nobody'
  | 'opens-the-clear' | 'serves-other-provinces' | 'names-people' | 'cites-unregistered-rule' | 'registers-without-proof' | 'ignores-kind';
