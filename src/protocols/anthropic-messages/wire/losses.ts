/** What a client of this protocol is not given of an answer, in words for warnings. */
export const PLACEHOLDER = 'An image of the model becomes a placeholder text.'
export const ONLY_TRANSCRIPT = 'Audio of the model is given as its transcript.'
export const LOST_PART = 'Only a client of the vendor’s own protocol can read this part.'
export const LOST_CITATION = 'A citation of something without an address was dropped.'
export const NOT_AN_OBJECT = 'The arguments are no JSON object; they go under `_raw`.'
