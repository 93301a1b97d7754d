/** The table of roles is data of the contract; what decides by it is `authorise`. */
export { isOperation, type OperationName, operations } from "../contract/operations.js"
