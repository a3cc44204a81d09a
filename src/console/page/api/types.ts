/** What the console's API takes and answers: the one thing that the page shares with its server. */
export type * from '../../api/types.js'
